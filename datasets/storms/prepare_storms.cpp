#include "datasets/storms/prepare_storms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "datasets/files/raw_files.hpp"
#include "datasets/storms/split_storm_patches.hpp"
#include "datasets/storms/storm_patch_file.hpp"
#include "datasets/storms/storm_patch_reader.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t progress_step = 512;  // patches

/// The split of each patch in `used`, and how patches were divided.
struct Division {
  std::vector<DataSplit> splits;
  std::string words;
};

Division divide(const StormPatchReader& reader, const std::vector<bool>& used, const SplitShares& shares) {
  const auto keep_used = [&]<class T>(const std::vector<T>& values) {
    std::vector<T> kept;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (used[i]) kept.push_back(values[i]);
    }
    return kept;
  };
  const std::vector<std::int32_t> dates = keep_used(reader.dates());
  if (std::set(dates.begin(), dates.end()).size() < shares.size()) {
    const PatchPlaces places = reader.places();
    return {split_by_place(keep_used(places.corners), places.width, shares),
            "by place, with two straight cuts: there are fewer than three dates"};
  }
  const std::vector<DataSplit> splits = split_by_date(dates, shares);  // dates ascend
  const auto first = [&](DataSplit split) {
    return dates[static_cast<std::size_t>(std::ranges::find(splits, split) - splits.begin())];
  };
  return {splits, fmt::format("by date: training from {}, validation from {}, test from {} to {}", dates.front(),
                              first(DataSplit::validation), first(DataSplit::test), dates.back())};
}

std::array<std::int64_t, 3> count_splits(const std::vector<DataSplit>& splits) {
  std::array<std::int64_t, 3> sizes{};
  for (const DataSplit split : splits) {
    if (split != DataSplit::dropped) ++sizes[static_cast<std::size_t>(split)];
  }
  if (std::ranges::min(sizes) == 0) {
    throw InputError(
        fmt::format("{} patches on fewer than three dates lie too close together to be split by place; "
                    "give files of three dates or more",
                    splits.size()));
  }
  return sizes;
}

/// How many patches lack a value, for each of storm_variables.
using Missing = std::array<std::int64_t, storm_variables.size()>;

void count_missing(const ReadPatch& patch, Missing& missing) {
  Missing here{};
  for (std::size_t i = 0; i < patch.values.size(); ++i) {
    if (!std::isfinite(patch.values[i])) here[i % storm_channels] = 1;
  }
  if (!std::isfinite(patch.vorticity_max) || !std::isfinite(patch.vorticity_mean)) here[storm_channels] = 1;
  for (std::size_t v = 0; v < here.size(); ++v) missing[v] += here[v];
}

[[noreturn]] void refuse_all(const std::vector<fs::path>& files, std::int64_t patches, const Missing& missing) {
  std::vector<std::string> words;
  for (std::size_t v = 0; v < missing.size(); ++v) {
    if (missing[v] > 0) words.push_back(fmt::format("{} in {}", storm_variables[v], missing[v]));
  }
  throw InputError(fmt::format("{}{}: each of {} patches misses values: {}; give files that have them",
                               files[0].string(), files.size() > 1 ? fmt::format(" and {} more", files.size() - 1) : "",
                               patches, fmt::join(words, ", ")));
}

std::string provenance(const RawStorms& raw, const PreparedStorms& prepared) {
  std::string paths;
  for (const fs::path& path : raw.paths) paths.append(" ").append(path.string());
  return fmt::format(
      "stormsweep prepare tornado{} --validation-fraction {} --test-fraction {}: {} files, {} patches, {} dropped for "
      "missing values, {} on the cut; split {}",
      paths, raw.validation_fraction, raw.test_fraction, prepared.files, prepared.patches, prepared.not_finite,
      prepared.on_the_cut, prepared.split);
}

}  // namespace

PreparedStorms prepare_storms(const RawStorms& raw, const fs::path& folder,
                              const std::function<void(std::int64_t, std::int64_t)>& progress) {
  check_writable(folder);
  const std::vector<fs::path> files = list_raw_files(
      raw.paths, [](const fs::path& path) { return path.extension() == ".nc"; },
      "holds no *.nc file; give NCAR's storm patch files");
  const StormPatchReader reader(files);
  PreparedStorms result;
  result.files = std::ssize(files), result.patches = reader.size();
  const auto tell = [&](std::int64_t done) {
    if (done % progress_step == 0) progress(done, 2 * result.patches);
  };

  std::vector<bool> used;
  Missing missing{};
  reader.each([&](const ReadPatch& patch) {
    used.push_back(patch.finite());
    if (!used.back()) count_missing(patch, missing);
    tell(patch.number);
  });
  const auto kept = std::ranges::count(used, true);
  result.not_finite = result.patches - kept;
  if (kept == 0 && result.patches > 0) refuse_all(files, result.patches, missing);
  const Division division = divide(
      reader, used, {1 - raw.validation_fraction - raw.test_fraction, raw.validation_fraction, raw.test_fraction});
  const std::array<std::int64_t, 3> sizes = count_splits(division.splits);
  result.on_the_cut = std::ranges::count(division.splits, DataSplit::dropped);
  result.split = division.words;

  StormSplitsWriter writer(folder, sizes);
  auto split = division.splits.begin();
  reader.each([&](const ReadPatch& patch) {
    tell(result.patches + patch.number);
    if (!used[static_cast<std::size_t>(patch.number)]) return;
    const DataSplit to = *split++;
    if (to == DataSplit::dropped) return;
    writer.append(static_cast<std::size_t>(to), patch.values, patch.vorticity_max, patch.vorticity_mean);
  });
  result.counts = writer.finish(provenance(raw, result));
  return result;
}

}  // namespace stormsweep
