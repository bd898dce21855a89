#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stormsweep {

/// Gives `image` the local histogram of `reference`, both [height, width], by rank: of the pixels of a window that
/// neither image misses (NaN), the i-th smallest of the image becomes the i-th smallest value of the reference; equal
/// pixels become the mean of what their ranks would get. So a blurred forecast gets the extremes that it has lost back
/// from the last observation. Other pixels stay as they are. Windows are `window` pixels a side (even, at least 2),
/// their centres half a window apart from the upper left corner of the image on; a pixel gets the mean over its windows
/// (1, 2 or 4), weighted along each axis by 1 - distance from the centre / (window / 2), which sums to 1. Along an axis
/// not longer than `window` one window covers all, so that the whole histogram is the reference's. O(pixels log
/// window).
std::vector<float> match_histogram(std::span<const float> image, std::span<const float> reference, std::int64_t height,
                                   std::int64_t width, std::int64_t window);

}  // namespace stormsweep
