#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "datasets/nowcast_patches.hpp"
#include "datasets/radar_archive.hpp"

namespace stormsweep {

/// The images that a forecast is made from and, where they are there, those that it can be judged by.
struct ForecastFrames {
  std::vector<RadarImage> inputs;                ///< nowcast_inputs, one step apart, the last one is the newest
  std::vector<std::optional<RadarImage>> truth;  ///< nowcast_targets, of the steps after it
};

/// Chooses among `images`, those of list_archive (by sequence and time, alike, at least one): the newest input is the
/// last image of all, or the last one not after `time`. Images between those that the step asks for are left out.
/// Throws DataError, naming file, time and remedy: another quantity or pixel size (more than 10 % off) than the network
/// of `model` was trained on; images at an interval that does not fit its step; one missing; `time` before all images,
/// or a whole step or more after the last one.
ForecastFrames choose_frames(std::span<const RadarImage> images, const NowcastMeta& model,
                             std::optional<std::int64_t> time);

}  // namespace stormsweep
