#pragma once

#include <array>
#include <cstdint>

#include <torch/types.h>

namespace stormsweep {

struct LibraryConvolution {
  std::int64_t stride = 1, dilation = 1;
  std::array<std::int64_t, 2> padding{0, 0};  ///< rows above and below, columns left and right: zeros
};

/// torch::conv2d as suits the device: on a GPU a pass of our own adds the bias, and tensor cores make convolutions to
/// few channels by blocks.
torch::Tensor library_convolution(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                                  const LibraryConvolution& how = {});

/// A convolution of stride 1 and dilation 1 that makes `block` neighbouring pixels of a row at once, as one pixel of
/// `block` times the channels, by a kernel that is block - 1 columns of zeros wider. Tensor cores make 64 channels at a
/// time: for 32 channels half the work would be wasted. `block` divides the width of the result. Returns [n, out, ...],
/// channels last. Differentiable once.
torch::Tensor convolution_by_blocks(const torch::Tensor& map, const torch::Tensor& weight, std::int64_t block,
                                    std::array<std::int64_t, 2> padding);

}  // namespace stormsweep
