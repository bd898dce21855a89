#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "datasets/nowcast/nowcast_splits.hpp"

namespace stormsweep {

/// A world of synthetic rain (datasets/nowcast/synthetic_rain.hpp) to be split by index: the samples are independent,
/// so nothing leaks.
struct RainWorld {
  std::int64_t samples = 0;
  std::int64_t side = 256;  ///< pixels
  std::uint64_t seed = 0;
  double validation_fraction = 0.1, test_fraction = 0.2;
  int threads = 1;
};

/// Writes train.h5, validation.h5 and test.h5 into `folder`, which is made if need be: all three, or none. The same
/// bytes on any number of threads. `progress` is given the samples made so far. Throws InputError: a split without a
/// sample, an unwritable folder, a full disk.
NowcastSplitCounts generate_nowcast(const RainWorld& world, const std::filesystem::path& folder,
                                    const std::function<void(std::int64_t)>& progress);

}  // namespace stormsweep
