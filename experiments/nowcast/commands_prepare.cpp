#include "experiments/nowcast/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "datasets/nowcast/prepare_nowcast.hpp"
#include "experiments/nowcast/nowcast_check.hpp"
#include "experiments/nowcast/patch_table.hpp"
#include "experiments/task/command_options.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/output.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* prepare_command = "stormsweep prepare nowcast";

Syntax syntax_of(RawRadar& raw, std::vector<std::string>& paths, std::string& folder) {
  return {
      .command = prepare_command,
      .usage = "RAW... -o DIR [options]",
      .summary =
          "Turns radar images (KNMI and ODIM HDF5, CF NetCDF, GRIB, SEVIR VIL; files, or folders of them) into patches "
          "of 13 "
          "frames\n"
          "to train on: 7 in, 6 to be forecast. The earliest images are for training, the latest for test, and no gap "
          "is\n"
          "bridged. No image is in two splits, but where a sequence is too short for three: then validation has the "
          "east\n"
          "of the images that train. Patches are drawn more often where it rains.",
      .example = "stormsweep prepare nowcast radar/ -o rain --patches 2000",
      .operands = {{"raw", po::value(&paths)->required()->composing(), "radar files, or folders of them"}},
      .options = {
          {"output,o", po::value(&folder)->required(),
           "the folder for train.h5, test.h5 and, of a long sequence, validation.h5"},
          {"size", po::value(&raw.side)->default_value(256),
           "pixels of a patch's side; 256, 320 and 512 suit the network"},
          {"step", po::value(&raw.step_minutes)->default_value(10, "10"),
           "minutes between frames; the multiple of the images' interval that is nearest is taken"},
          {"patches", po::value(&raw.patches)->default_value(0, "8 a window, at most 10000"),
           "how many to draw, over all splits"},
          {"seed", po::value(&raw.seed)->default_value(0), "of the draw"},
          {"validation-fraction", po::value(&raw.validation_fraction)->default_value(0.1, "0.1"), "share of the time"},
          {"test-fraction", po::value(&raw.test_fraction)->default_value(0.2, "0.2"), "share of the time"},
          {"variable", po::value(&raw.variable)->default_value("", "the likeliest"),
           "of NetCDF files, the variable to read; if there are several, the one read is reported"},
          {"strict", po::bool_switch(&raw.strict),
           "refuse files that cannot be read instead of leaving them out, and rain that cannot be"},
      }};
}

void check(const RawRadar& raw) {
  check_size(prepare_command, raw.side);
  if (!(raw.step_minutes > 0 && raw.step_minutes <= 1440))
    refuse_option(prepare_command, "step", fmt::format("{}", raw.step_minutes), "give minutes, 10 for instance");
  if (raw.patches < 0 || (raw.patches > 0 && raw.patches < 3))
    refuse_option(prepare_command, "patches", std::to_string(raw.patches), "give at least 3, one a split");
  check_fractions(prepare_command, raw.validation_fraction, raw.test_fraction);
}

void tell(std::span<const std::string> lines, const char* what) {
  constexpr std::size_t most = 5;
  for (const std::string& line : lines.first(std::min(most, lines.size()))) remark("{}: {}\n", what, line);
  if (lines.size() > most) remark("{}: {} more\n", what, lines.size() - most);
}

void tell(const PreparedNowcast& prepared, const std::string& folder) {
  fmt::print("{} images in {} {}, {:g} min apart; frames are {:g} min apart", prepared.images, prepared.files,
             prepared.files == 1 ? "file" : "files", prepared.interval_minutes, prepared.meta.step_minutes);
  if (prepared.block > 1) fmt::print(", averaged over {0} x {0} pixels", prepared.block);
  fmt::print(" ({:.3g} km)\n", prepared.meta.pixel_km);
  for (std::size_t s = 0; s < split_names.size(); ++s) {
    if (prepared.windows[s] > 0)
      fmt::print("{:<11} {:>6} windows, {}\n", split_names[s], prepared.windows[s], prepared.spans[s]);
  }
  if (prepared.validation_by_place)
    fmt::print(
        "validation  in the training hours, in the east of the image: the sequence is too short for hours of its "
        "own\n");
  else if (prepared.windows[1] == 0)
    fmt::print(
        "no validation: sequence and image are too small for a third split; leave \"validation\" out of the space's "
        "data, and it is drawn from the test patches\n");
  fmt::print("{} windows across a cut dropped; {:.2g} % of the patches' pixels are missing and count as dry\n",
             prepared.dropped_windows, 100 * prepared.missing);
  if (prepared.clipped > 0) fmt::print("{} pixels beyond 655.34 mm/h clipped\n", prepared.clipped);
  print_patch_table(prepared.counts, prepared.meta.quantity);
  fmt::print("written to {}\n", folder);
}

}  // namespace

int prepare_nowcast_command(const std::vector<std::string>& words) {
  RawRadar raw;
  std::string folder;
  std::vector<std::string> paths;
  if (!parse_options(words, syntax_of(raw, paths, folder))) return exit_done;
  check(raw);
  raw.paths.assign(paths.begin(), paths.end());

  ProgressBar bar(prepare_command);
  std::size_t skipped = 0, notes = 0;  // that have been printed
  const auto tell_more = [&](const PreparedNowcast& so_far) {
    bar.wipe();
    tell(std::span(so_far.skipped).subspan(std::exchange(skipped, so_far.skipped.size())), "left out");
    tell(std::span(so_far.notes).subspan(std::exchange(notes, so_far.notes.size())), "note");
  };
  raw.found = tell_more;
  const PreparedNowcast prepared = prepare_nowcast(raw, folder, [&](double share) { bar.show(share); });
  tell_more(prepared);
  tell(prepared, folder);
  return exit_done;
}

}  // namespace stormsweep
