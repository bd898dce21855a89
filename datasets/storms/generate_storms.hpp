#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "datasets/storms/storm_splits.hpp"

namespace stormsweep {

/// A world of synthetic storms (datasets/storms/synthetic_storm.hpp) to be split by index: the storms are independent,
/// so nothing leaks.
struct StormWorld {
  std::int64_t storms = 0;
  std::uint64_t seed = 0;
  double validation_fraction = 0.1, test_fraction = 0.2;
  int threads = 1;
};

/// Writes train.h5, validation.h5 and test.h5 into `folder`, which is made if need be: all three, or none. The same
/// bytes on any number of threads. `progress` is given the storms made so far. Throws InputError: a split without a
/// storm, an unwritable folder, a full disk.
SplitCounts generate_storms(const StormWorld& world, const std::filesystem::path& folder,
                            const std::function<void(std::int64_t)>& progress);

}  // namespace stormsweep
