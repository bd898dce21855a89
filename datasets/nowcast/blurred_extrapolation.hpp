#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// The smoothing that gives extrapolations [6, side, side] of patches the least mean squared error on their middle
/// nowcast_centre pixels (of smaller patches, on all): what a forecast gains by caution alone, and so the bar for its
/// squared error. Each lead time has its own; the factor is that of least squares, sigma the best of a few.
class BlurFit {
 public:
  /// `truth` [6, side, side], in physical units like the extrapolation.
  void add(std::span<const float> extrapolation, std::span<const float> truth, std::int64_t side);
  BlurFit& operator+=(const BlurFit& other);
  NowcastBlurs best() const;  ///< sigma 0 and factor 1 where nothing was added, or nothing but dry ones

 private:
  static constexpr std::array<float, 7> sigmas{0, 1, 2, 4, 6, 8, 12};  // pixels
  struct Sums {
    double products = 0, squares = 0;  ///< sums of forecast times truth, and of squares of the forecast
  };
  std::array<std::array<Sums, sigmas.size()>, nowcast_targets> sums_{};
};

/// A frame [height, width], blurred by a Gaussian and scaled; missing pixels count as dry, and beyond the edges all is
/// as at the edge.
std::vector<float> blurred(std::span<const float> frame, std::int64_t height, std::int64_t width,
                           const NowcastBlur& blur);

/// The middle nowcast_centre x nowcast_centre pixels of the frames, blurred by a Gaussian and scaled: [6, 48, 48].
std::vector<float> blurred_centre(std::span<const float> extrapolation, std::int64_t side, const NowcastBlurs& blurs);

}  // namespace stormsweep
