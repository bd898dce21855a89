#include "experiments/segmentation/commands.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <system_error>

#include "datasets/files/raw_files.hpp"
#include "datasets/files/splits.hpp"
#include "datasets/labels/weather_labels.hpp"
#include "experiments/segmentation/class_table.hpp"
#include "experiments/segmentation/label_rules.hpp"
#include "experiments/segmentation/weather_map.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/task/figure_folders.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/parallel.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr const char* label_command = "stormsweep label segmentation";

struct LabelOptions {
  std::vector<std::string> input;
  std::string output;
  FigureFolders figures;
  LabelRules rules;
  int threads = 0;
};

/// A moment to be labelled.
struct Item {
  fs::path path;
  std::int64_t moment = 0;
  std::string name;  ///< of what is written, without its ending
};

/// The result of labelling it.
struct Labelled {
  std::string line;
  bool judged = false;
  SegmentationScores scores{};  ///< against the labels of the sample
};

Syntax syntax_of(LabelOptions& options, LabelRuleOptions& rules) {
  return {
      .command = label_command,
      .usage = "INPUT... -o DIR [options]",
      .summary =
          "Marks atmospheric rivers and tropical cyclones by the rules of Kurth et al. (2018). INPUT: samples (*.h5), "
          "CF\n"
          "NetCDF files with IVT, IWV or TMQ, or winds and humidity (each time of theirs is a sample), or folders of "
          "both.\n"
          "Writes DIR/NAME.h5 for each, with climate/labels [1, height, width]; to train on them, copy them into "
          "samples\n"
          "that have none:\n"
          "  h5copy -i DIR/NAME.h5 -o SAMPLE.h5 -s climate/labels -d climate/labels\n"
          "Where samples have labels already, it reports how well both agree.",
      .example = "stormsweep label segmentation merra/IVT_20170228.nc -o labels --png maps",
      .operands = {{"input", po::value(&options.input)->required()->composing(), "samples, NetCDF files, or folders"}},
      .options =
          {
              {"output,o", po::value(&options.output)->required(), "a folder for the labels"},
              {"threads", po::value(&options.threads)->default_value(usable_cores()), "files at a time"},
          },
      .groups = {options.figures.options("a map of field, labels and truth of each"), rules.table()}};
}

bool read_options(const std::vector<std::string>& words, LabelOptions& options) {
  LabelRuleOptions rules;
  if (!parse_options(words, syntax_of(options, rules))) return false;
  check_threads(label_command, options.threads);
  options.rules = rules.rules(label_command);
  return true;
}

/// All moments of all inputs, each with a name of its own.
std::vector<Item> list_items(const LabelOptions& options) {
  const auto wanted = [](const fs::path& path) {
    const std::string ending = path.extension().string();
    return ending == ".h5" || ending == ".nc" || ending == ".nc4";
  };
  const std::vector<fs::path> files =
      list_raw_files({options.input.begin(), options.input.end()}, wanted,
                     "holds no *.h5, *.nc or *.nc4 file; give samples or CF NetCDF files, or a folder of them");
  std::vector<Item> items;
  std::vector<NamedOutput> outputs;
  for (const fs::path& path : files) {
    const std::string stem = path.stem().string();
    std::error_code none;
    if (fs::equivalent(path, fs::path(options.output) / (stem + ".h5"), none))
      refuse_option(label_command, "output", options.output,
                    "it would write over " + path.string() + "; give another folder");
    const std::int64_t moments = count_moments(path);
    for (std::int64_t m = 0; m < moments; ++m) {
      items.push_back({path, m, moments == 1 ? stem : fmt::format("{}-{:05}", stem, m)});
      outputs.push_back({items.back().name, path});
    }
  }
  check_names(label_command, outputs, ".h5");
  return items;
}

std::string line_of(const Item& item, const WeatherMoment& moment, const WeatherLabels& labels) {
  const auto share = [&](std::uint8_t label) {
    return 100 * static_cast<double>(std::ranges::count(labels.classes, label)) /
           static_cast<double>(labels.classes.size());
  };
  const auto count = [](std::size_t number, const char* word) {
    return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s");
  };
  std::string line = fmt::format("{}: {} by {}, {:.2f} %", item.name, count(labels.rivers.size(), "river"),
                                 labels.moisture_name, share(2));
  if (!moment.tells_cyclones()) return line + "; no fields to find cyclones in";
  return line + fmt::format("; {}, {:.2f} %", count(labels.cyclones.size(), "cyclone"), share(1));
}

void draw_map(const LabelOptions& options, const Item& item, const WeatherMoment& moment, const WeatherLabels& labels) {
  WeatherMap map{.title = item.name,
                 .field_name = labels.moisture_name,
                 .field_unit = labels.moisture_unit,
                 .field = labels.moisture,
                 .panels = {{labels.moisture_name, {}}, {"labels by rule", labels.classes}}};
  if (!moment.truth.empty()) map.panels.push_back({"labels of the sample", moment.truth});
  options.figures.save(draw(moment.grid, map), item.name);
}

Labelled label_item(const LabelOptions& options, const Item& item, MomentReader& reader) {
  const WeatherMoment moment = reader.read(item.path, item.moment);
  const WeatherLabels labels = label_weather(moment, options.rules, item.path);
  make_writable(options.output);
  write_weather_labels(fs::path(options.output) / (item.name + ".h5"), moment, labels, options.rules);
  if (options.figures.any()) draw_map(options, item, moment, labels);
  Labelled outcome{.line = line_of(item, moment, labels), .judged = !moment.truth.empty()};
  const auto tensor = [](const std::vector<std::uint8_t>& classes) {
    return torch::tensor(torch::ArrayRef<std::uint8_t>(classes));
  };
  if (outcome.judged) outcome.scores.add(tensor(labels.classes), tensor(moment.truth));
  return outcome;
}

void print(const std::vector<Labelled>& outcomes) {
  SegmentationScores all;
  std::int64_t judged = 0;
  for (const Labelled& outcome : outcomes) {
    fmt::print("{}\n", outcome.line);
    judged += outcome.judged;
    all.confusion += outcome.scores.confusion;
  }
  if (judged > 0) print_class_table(all, judged);
}

}  // namespace

int label_segmentation_command(const std::vector<std::string>& words) {
  LabelOptions options;
  if (!read_options(words, options)) return exit_done;
  const std::vector<Item> items = list_items(options);
  check_output_folder(label_command, "output", options.output);
  options.figures.check(label_command);

  const auto start = std::chrono::steady_clock::now();
  std::vector<Labelled> outcomes(items.size());
  {
    MomentReader reader;
    ProgressBar bar(label_command, "labelled");
    std::atomic<std::int64_t> done = 0;
    in_parallel(std::ssize(items), options.threads, [&](std::int64_t i) {
      const auto place = static_cast<std::size_t>(i);
      outcomes[place] = label_item(options, items[place], reader);
      bar.show(++done, std::ssize(items));
    });
  }
  print(outcomes);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{} labelled in {:.1f} s, in {}\n", items.size(), seconds, options.output);
  return exit_done;
}

}  // namespace stormsweep
