#pragma once

#include <cstdint>
#include <optional>

#include <torch/types.h>

namespace stormsweep {

/// map.slice(axis, begin, end, step) of `map` [n, channels, height, width], whose gradient lies in memory as `map`
/// does. The gradient of LibTorch's own slice is always planes: with channels last, all that meets it has to be
/// transposed.
torch::Tensor map_slice(const torch::Tensor& map, std::int64_t axis, std::int64_t begin,
                        std::optional<std::int64_t> end = {}, std::int64_t step = 1);

/// Numbers from pixel to pixel of a map whose channels lie together; strides of sides of 1 tell nothing.
std::int64_t pixel_step(const torch::Tensor& map);

/// Part of a map, with such a gradient.
torch::Tensor cut(const torch::Tensor& map, std::int64_t top, std::int64_t left, std::int64_t height,
                  std::int64_t width);

/// Every `step`-th row and column of a map from the first on, with such a gradient.
torch::Tensor thinned(const torch::Tensor& map, std::int64_t step);

}  // namespace stormsweep
