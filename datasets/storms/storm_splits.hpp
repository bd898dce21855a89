#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/storms/storm_statistics.hpp"
#include "datasets/storms/storm_writer.hpp"
#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// Storms of one split, and how many of them are positive under each rule (datasets/storms/storm_labels.hpp).
struct SplitCount {
  std::int64_t storms = 0, positive_max = 0, positive_mean = 0;
  bool operator==(const SplitCount&) const = default;
};
using SplitCounts = std::array<SplitCount, 3>;

/// Writes train.h5, validation.h5 and test.h5 of one folder side by side. Once all are on the disk, `finish` puts them
/// in the place of an earlier set (remove_earlier_set); until then, that stays. The statistics in all three are the
/// training split's. Throws InputError as StormWriter does.
class StormSplitsWriter {
 public:
  /// `sizes`: storms per split, each at least 1.
  StormSplitsWriter(const std::filesystem::path& folder, const std::array<std::int64_t, 3>& sizes);
  /// `split`: its place in `split_names`. The order within a split is the order of the calls.
  void append(std::size_t split, std::span<const float> patch, float vorticity_max, float vorticity_mean);
  SplitCounts finish(const std::string& provenance);

 private:
  std::filesystem::path folder_;
  std::vector<StormWriter> writers_;
  ChannelSums training_;
  SplitCounts counts_;
};

}  // namespace stormsweep
