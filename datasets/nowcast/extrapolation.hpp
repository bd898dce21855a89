#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/radar/radar_frame.hpp"

namespace stormsweep {

/// How rain moves, in pixels per step, at each pixel of an image [height, width].
struct Motion {
  std::int64_t height = 0, width = 0;
  std::vector<float> down, right;
};

/// Dense optical flow between two images [height, width] a step apart, physical units, NaN where missing: OpenCV's DIS
/// (Kroeger et al. 2016), preset medium, on 8 bits of 0 to 10 mm/h, or VIL's own steps; among the best flows for rain
/// (Ayzel et al. 2019). It says for each pixel of `now` where its rain came from, as `extrapolate`, which looks back
/// along paths, needs it: the flow from `before` to `now` makes errors an eighth larger.
Motion find_motion(std::span<const float> before, std::span<const float> now, std::int64_t height, std::int64_t width,
                   RadarQuantity quantity);

/// `now` carried along a motion that stays as it is, without growth or decay (Lagrangian persistence; Germann and
/// Zawadzki 2002): [steps, height, width], from one step after `now` on. Semi-Lagrangian: each pixel looks back along
/// its path, whose midpoints are found in three rounds, and takes what lies there between four pixels. NaN where that
/// is missing or not in the image.
std::vector<float> extrapolate(std::span<const float> now, const Motion& motion, std::int64_t steps);

/// The same of several images, for the same paths: each from one step after it on.
std::vector<std::vector<float>> extrapolate(std::span<const std::span<const float>> images, const Motion& motion,
                                            std::int64_t steps);

}  // namespace stormsweep
