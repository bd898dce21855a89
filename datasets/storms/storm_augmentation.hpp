#pragma once

#include <cstdint>
#include <span>

#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// What happens to the wind vectors of a rotated patch.
enum class WindRotation {
  vectors,  ///< turned with the image: u' = u cos t - v sin t, v' = u sin t + v cos t
  paper,    ///< left as they are, as in Basalyga et al. 2021: only to reproduce the paper
};

/// One drawn transformation of a storm patch. No reflection: it would flip the sign of vorticity.
struct StormTransform {
  double angle = 0;                 ///< radians, counter-clockwise seen from above (x east, y north)
  double shift_x = 0, shift_y = 0;  ///< pixels, eastward and northward
  std::int64_t crop = storm_side;   ///< side of the square that is kept; the rest is padded with the channel means

  /// Angle uniform in [0, 2 pi), shifts in [-4, 4] pixels, crop of 24 to 32 pixels, all from one stream.
  static StormTransform draw(std::uint64_t seed);
};

/// Applies `transform` to `patch` [32, 32, 3] (physical units, row 0 = south) in one bilinear resampling; points that
/// come from outside, or are cropped away, become `fill` (the channel means). `out` must not overlap `patch`.
void apply(const StormTransform& transform, WindRotation winds, std::span<const float> patch,
           std::span<const float, storm_channels> fill, std::span<float> out);

}  // namespace stormsweep
