#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace stormsweep {

/// A world of synthetic climate (datasets/climate_synthesis/synthetic_climate.hpp): four scenarios from January 2015
/// on.
struct ClimateWorld {
  std::int64_t height = 48, width = 72;  ///< cells
  std::int64_t years = 86;               ///< to 2100
  std::int64_t members = 3;              ///< of each scenario
  std::uint64_t seed = 0;
  int threads = 1;
};

/// Writes train.h5, validation.h5 and test.h5 into `folder`, which is made if need be: all three, or none. Training is
/// ssp126, ssp370 but for its last 120 months, and ssp585; validation is those 120 months, or the last third of a
/// shorter scenario; test is ssp245 (Jacob et al. 2025). The same bytes on any number of threads. `progress` is given
/// the members made so far. Throws InputError: an unwritable folder, a full disk.
void generate_climate(const ClimateWorld& world, const std::filesystem::path& folder,
                      const std::function<void(std::int64_t)>& progress);

}  // namespace stormsweep
