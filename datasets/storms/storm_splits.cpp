#include "datasets/storms/storm_splits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/storms/storm_labels.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

StormSplitsWriter::StormSplitsWriter(const std::filesystem::path& folder, const std::array<std::int64_t, 3>& sizes)
    : folder_(folder) {
  make_writable(folder);
  for (std::size_t s = 0; s < split_names.size(); ++s) {
    writers_.emplace_back(folder / fmt::format("{}.h5", split_names[s]), sizes[s]);
  }
}

void StormSplitsWriter::append(std::size_t split, std::span<const float> patch, float vorticity_max,
                               float vorticity_mean) {
  writers_[split].append(patch, vorticity_max, vorticity_mean);
  if (split == 0) training_.add(patch);
  ++counts_[split].storms;
  counts_[split].positive_max += positive(LabelRule::max, vorticity_max, vorticity_mean);
  counts_[split].positive_mean += positive(LabelRule::mean, vorticity_max, vorticity_mean);
}

SplitCounts StormSplitsWriter::finish(const std::string& provenance) {
  const StormStatistics statistics = training_.statistics();
  if (!(std::ranges::min(statistics.deviation) > 0)) {
    throw InputError("the training storms: a channel has the same value everywhere; give other storms");
  }
  for (StormWriter& writer : writers_) writer.seal(statistics, provenance);
  remove_earlier_set(folder_, split_names);
  for (StormWriter& writer : writers_) writer.publish();
  return counts_;
}

}  // namespace stormsweep
