#pragma once

#include <torch/types.h>

#include <array>
#include <span>
#include <vector>

namespace stormsweep {

/// Pixels along the centre 48 km x 48 km of O8, O4, O2 and O1, on which alone the loss looks (Samsi et al. 2019).
inline constexpr std::array<std::int64_t, 4> nowcast_loss_sides{6, 12, 24, 48};

/// The middle `side` x `side` pixels of [n, c, h, w]; h - side and w - side are even.
torch::Tensor centre(const torch::Tensor& images, std::int64_t side);

/// How much more errors count where it rains more, by what was seen.
struct RainWeights {
  std::vector<double> from;    ///< where classes begin, rising, in the units of the truth
  std::vector<double> weight;  ///< of each class; below the first, 1
};

/// 2, 5, 10 and 30 from 2, 5, 10 and 30 mm/h on (Shi et al. 2017, balanced mean squared error), for a truth that is
/// (rain - mean) / deviation, in mm/h. Classes begin half a `step` earlier, in which rain is recorded: rounding must
/// not put what is at 2 mm/h below it.
RainWeights balanced_rain(double mean, double deviation, double step);

/// Mean over the batch of the sum, with equal weights, of the mean squared errors of the outputs on their centre 48 km;
/// the truth [n, 6, side, side] lies over the network's input (the same centre; 1 km pixels; any side from 48 on, even)
/// and is block-averaged to each resolution. `outputs`: the last of full resolution, the one before it of half, and so
/// on, four at most; whole, or NowcastExtent::inner, which is cheaper and all that the loss looks at. Sides are even,
/// and at least those of `nowcast_loss_sides`. Scalar with the graph for backward.
torch::Tensor nowcast_loss(std::span<const torch::Tensor> outputs, const torch::Tensor& truth,
                           const RainWeights& weights = {});

}  // namespace stormsweep
