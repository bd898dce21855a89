#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "datasets/climate/climate_batches.hpp"
#include "datasets/climate/climate_set.hpp"
#include "experiments/emulator/emulator_choice.hpp"
#include "experiments/emulator/pattern_start.hpp"
#include "experiments/task/gang.hpp"
#include "models/emulator_network.hpp"

namespace stormsweep {

/// The months of a split: members of a scenario share their forcings, so that a network is asked once for all of them.
struct EmulatorMonths {
  EmulatorMonths(const ClimateLayout& layout, std::int64_t window);

  std::vector<ClimateWindow> windows;  ///< of all runs, run by run (climate_windows)
  std::vector<ClimateWindow> asked;    ///< each month of a scenario once
  std::vector<std::int64_t> place;     ///< of each window among `asked`
};

/// Windows that a network is given at once: enough that few months are encoded twice, few enough that all ranks get
/// blocks.
inline constexpr std::int64_t windows_at_once = 60;

/// Maps [windows, targets, height, width] float32 on the CPU, standardised, by a network as it stands; draws no random
/// numbers. To a residual's maps `start` is added, which is null otherwise. The ranks of a gang divide the windows, and
/// all get the same bits as one rank alone. `begin` is given, before each part, how many of its own windows this rank
/// has done, and of how many.
torch::Tensor emulate(
    EmulatorNetwork& network, const PatternStart* start, const ClimateSet& set, std::span<const ClimateWindow> windows,
    SeasonalEncoding season, const torch::Device& device, Gang& gang,
    const std::function<void(std::int64_t done, std::int64_t all)>& begin = [](std::int64_t, std::int64_t) {});

/// The targets of `set` for the same windows, [windows, targets, height, width], standardised.
torch::Tensor targets_of(const ClimateSet& set, std::span<const ClimateWindow> windows,
                         const std::vector<std::int64_t>& targets);

}  // namespace stormsweep
