#pragma once

#include <cstdint>
#include <utility>

#include <torch/types.h>

namespace stormsweep {

/// Part of a map: rows top ... top + height - 1, columns left ... left + width - 1.
struct MapPart {
  std::int64_t top, left, height, width;
};

/// What the encoder of a U-Net hands on of `map` [n, c, h, w]: the means of its 2x2 pixels [n, c, h / 2, w / 2], an odd
/// last row or column left out, and a part of it, which stays where it is. Differentiable; the gradient of the map is
/// made in one pass, where LibTorch's layers take five.
std::pair<torch::Tensor, torch::Tensor> pool_and_cut(const torch::Tensor& map, const MapPart& part);

}  // namespace stormsweep
