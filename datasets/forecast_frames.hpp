#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "datasets/nowcast_patches.hpp"
#include "datasets/radar_files.hpp"

namespace stormsweep {

/// The images that a forecast is made from and, where they are there, those that it can be judged by.
struct ForecastFrames {
  std::vector<RadarImage> inputs;                ///< nowcast_inputs, one step apart, the last one is the newest
  std::vector<std::optional<RadarImage>> truth;  ///< nowcast_targets, of the steps after it
};

/// Chooses among `images`, in any order: the newest input is the last image of all, or the last one not after `time`.
/// Frames between those that the step asks for are left out. Throws DataError, naming file, time and remedy: no image;
/// another quantity or pixel size (more than 10 % off) than the network of `model` was trained on; several grids; two
/// images of one time; frames at an interval that does not fit the model's step; a frame missing; `time` a whole step
/// or more after the last image.
ForecastFrames choose_frames(std::vector<RadarImage> images, const NowcastMeta& model,
                             std::optional<std::int64_t> time);

}  // namespace stormsweep
