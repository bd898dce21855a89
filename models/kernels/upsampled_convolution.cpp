#include "models/kernels/upsampled_convolution.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "models/kernels/bfloat16_convolution.hpp"
#include "models/kernels/map_slice.hpp"

namespace stormsweep {

namespace {

/// Taps along one axis of the convolution of the coarse image that does the same.
std::int64_t folded_side(std::int64_t kernel) {
  return (kernel + 1) / 2;
}

/// [k k, 4 s s]: times the k x k weights of a convolution of an image upsampled by 2, this gives the weights of an s x
/// s convolution of the image itself, for each of the 2x2 pixels that its pixels become: (row, column in the 2x2; row,
/// column in the s x s). Tap t of output pixel 2 p + d reads pixel p + (d + t) / 2.
torch::Tensor folding_matrix(std::int64_t kernel) {
  const std::int64_t side = folded_side(kernel);
  auto matrix = torch::zeros({kernel, kernel, 2, 2, side, side});
  for (std::int64_t y = 0; y < kernel; ++y)
    for (std::int64_t x = 0; x < kernel; ++x)
      for (std::int64_t dy = 0; dy < 2; ++dy)
        for (std::int64_t dx = 0; dx < 2; ++dx) matrix.index_put_({y, x, dy, dx, (dy + y) / 2, (dx + x) / 2}, 1);
  return matrix.view({kernel * kernel, 4 * side * side});
}

/// The matrix on the device of `weight`, copied there only once: the GPU stands still for a copy.
torch::Tensor folding_matrix_for(const torch::Tensor& weight) {
  using Made = std::map<std::pair<std::int64_t, std::string>, torch::Tensor>;
  static std::mutex guard;
  static Made& made = *new Made;  // never destroyed: CUDA may be shut down first
  const std::int64_t kernel = weight.size(2);
  const std::scoped_lock lock(guard);
  torch::Tensor& matrix = made[{kernel, weight.device().str()}];
  if (!matrix.defined()) matrix = folding_matrix(kernel).to(weight.device());
  return matrix;
}

/// [4 out, in, s, s] of [out, in, k, k]. Its output channels are in the order of pixel_shuffle, pixels of the 2x2 last;
/// `channels_last`: pixels first, so that channels stay contiguous.
torch::Tensor folded(const torch::Tensor& weight, bool channels_last) {
  const auto out = weight.size(0), in = weight.size(1), kernel = weight.size(2), side = folded_side(kernel);
  TORCH_CHECK(kernel == 3 || kernel == 7, "there is no folding for kernels of ", kernel);
  return weight.reshape({out * in, kernel * kernel})
      .mm(folding_matrix_for(weight).to(weight.scalar_type()))
      .view({out, in, 4, side, side})
      .permute(channels_last ? torch::IntArrayRef{2, 0, 1, 3, 4} : torch::IntArrayRef{0, 2, 1, 3, 4})
      .reshape({4 * out, in, side, side});
}

/// [n, out, 2 height, 2 width] of what the folded weights made.
torch::Tensor shuffled(const torch::Tensor& map, bool channels_last) {
  if (!channels_last) return torch::pixel_shuffle(map, 2);
  const auto n = map.size(0), out = map.size(1) / 4, height = map.size(2), width = map.size(3);
  return map.permute({0, 2, 3, 1})
      .reshape({n, height, width, 2, 2, out})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({n, 2 * height, 2 * width, out})
      .permute({0, 3, 1, 2});
}

}  // namespace

torch::Tensor without_margin(const torch::Tensor& images, std::int64_t margin) {
  return cut(images, margin, margin, images.size(2) - 2 * margin, images.size(3) - 2 * margin);
}

torch::Tensor convolve_upsampled(const torch::Tensor& coarse, const torch::Tensor& weight, std::int64_t margin) {
  const bool last = !coarse.is_contiguous() && coarse.is_contiguous(torch::MemoryFormat::ChannelsLast);
  const auto weights = folded(weight, last), part = without_margin(coarse, margin / 2);
  const Bfloat16Convolution bfloat16;
  const auto result = bfloat16.takes(part, weights) ? bfloat16(part, weights, {})
                                                    : torch::conv2d(part, weights.to(coarse.scalar_type()));
  return without_margin(shuffled(result, last), margin % 2);
}

}  // namespace stormsweep
