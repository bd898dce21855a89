#pragma once

#include <torch/types.h>

#include <array>

namespace stormsweep {

/// Pixels along the centre 48 km x 48 km of O8, O4, O2 and O1, on which alone the loss looks (Samsi et al. 2019).
inline constexpr std::array<std::int64_t, 4> nowcast_loss_sides{6, 12, 24, 48};

/// The middle `side` x `side` pixels of [n, c, h, w]; h - side and w - side are even.
torch::Tensor centre(const torch::Tensor& images, std::int64_t side);

/// Mean over the batch of the sum, with equal weights, of the mean squared errors of the four outputs on their centre
/// 48 km; the truth [n, 6, side, side] lies over the network's input (the same centre; 1 km pixels; any side from 48
/// on, even) and is block-averaged to each resolution. `outputs` may be whole or NowcastExtent::inner, which is all
/// that is looked at and cheaper: sides need only be at least those of `nowcast_loss_sides`, and even. Scalar with the
/// graph for backward.
torch::Tensor nowcast_loss(const std::array<torch::Tensor, 4>& outputs, const torch::Tensor& truth);

}  // namespace stormsweep
