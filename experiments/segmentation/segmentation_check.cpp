#include "experiments/segmentation/segmentation_check.hpp"

#include <fmt/format.h>

#include <string>

#include "datasets/files/splits.hpp"
#include "datasets/weather/weather_set.hpp"
#include "experiments/segmentation/segmentation_evaluation.hpp"
#include "models/make_segmentation_network.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

std::string note(const std::string& split, const WeatherIndex& index) {
  std::string text = fmt::format("{}: {} samples of {} x {}", split, index.files.size(), index.height, index.width);
  for (std::size_t labeling = 0; labeling < index.pixels.size(); ++labeling) {
    const auto& pixels = index.pixels[labeling];
    const auto all = static_cast<double>(pixels[0] + pixels[1] + pixels[2]);
    text += fmt::format("{} {:.3g} % cyclones, {:.3g} % rivers",
                        index.pixels.size() > 1 ? fmt::format("; labeling {}:", labeling) : ";",
                        100 * static_cast<double>(pixels[1]) / all, 100 * static_cast<double>(pixels[2]) / all);
  }
  return text;
}

/// Reads the files that have no kept scan.
WeatherSet open_set(const Space& space, const std::string& split, const KeptScans& kept) {
  ProgressBar bar(space.name, fmt::format("files of {} read", split));
  return WeatherSet(
      space.data.at(split), usable_cores(), [&](std::int64_t done, std::int64_t all) { bar.show(done, all); },
      kept.folder());
}

/// Refuses data that lack what the space asks for.
void check_fits(const Space& space, const std::filesystem::path& folder, const WeatherIndex& index) {
  for (const Value& labeling : values(space, "labeling"))
    if (std::get<std::int64_t>(labeling) >= index.labelings)
      throw InputError(fmt::format("{}: labeling is {}, but its files have {}; count from 0", folder.string(),
                                   std::get<std::int64_t>(labeling), index.labelings));
  for (const Value& network : values(space, "network")) {
    const auto& name = std::get<std::string>(network);
    const std::int64_t step = make_segmentation_network(name, {.width = 0.01, .depth = 0.01}, 0)->side_step();
    if (index.height % step != 0 || index.width % step != 0)
      throw InputError(
          fmt::format("{}: maps are {} x {}, and {} takes multiples of {}; crop them, or choose another "
                      "network",
                      folder.string(), index.height, index.width, name, step));
  }
}

/// Warns of classes without pixels, which training cannot learn.
void warn_of_empty_classes(const WeatherIndex& index, std::vector<std::string>& notes) {
  for (std::size_t labeling = 0; labeling < index.pixels.size(); ++labeling)
    for (std::size_t c = 0; c < class_names.size(); ++c)
      if (index.pixels[labeling][c] == 0)
        notes.push_back(
            fmt::format("train: labeling {} has no pixel of {}: its weight will be 0, no network learns it, and "
                        "scores leave it out unless it is predicted or in the held-out data",
                        labeling, class_names[c]));
}

}  // namespace

DataCheck check_segmentation_data(const Space& space, const KeptScans& kept) {
  const auto& data = space.data;
  DataCheck report;
  const WeatherSet train = open_set(space, "train", kept);
  if (train.index().labelings == 0)
    throw InputError(data.at("train").string() +
                     ": its files have no labels; make them with stormsweep label "
                     "segmentation");
  check_fits(space, data.at("train"), train.index());
  for (const std::string split : split_names) {
    const std::filesystem::path& folder = data.at(split);
    const WeatherSet set = split == "train" ? train : open_set(space, split, kept);
    const WeatherIndex &index = set.index(), &first = train.index();
    if (index.height != first.height || index.width != first.width)
      throw InputError(fmt::format("{}: maps are {} x {}, those of {} are {} x {}; give splits of one size",
                                   folder.string(), index.height, index.width, data.at("train").string(), first.height,
                                   first.width));
    if (index.labelings != first.labelings)
      throw InputError(fmt::format("{}: its files have {} labelings, those of {} have {}; give splits with the same",
                                   folder.string(), index.labelings, data.at("train").string(), first.labelings));
    report.fingerprint += fingerprint(index);
    report.notes.push_back(note(split, index));
    if (!set.kept())
      report.notes.push_back(fmt::format(
          "{}: its index can be kept neither in {} nor in the cache beside the results, so that every worker "
          "reads all of its files to begin with; make one of them writable",
          split, folder.string()));
  }
  warn_of_empty_classes(train.index(), report.notes);
  return report;
}

}  // namespace stormsweep
