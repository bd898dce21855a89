#include "models/kernels/spread_convolution.hpp"

#include <torch/autograd.h>

#include "models/kernels/map_slice.hpp"
#include "models/kernels/sparse_activation.hpp"

namespace stormsweep {

namespace {

torch::Tensor pixels_last(const torch::Tensor& map) {
  return map.contiguous(torch::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});
}

torch::Tensor as_rows(const torch::Tensor& map) {
  return pixels_last(map).reshape({-1, map.size(1)});
}

/// [in, 9 out] of [in, out, 3, 3].
torch::Tensor as_matrix(const torch::Tensor& weight) {
  return weight.permute({0, 2, 3, 1}).reshape({weight.size(0), -1});
}

/// Calls `work(tap, pixels)` with pairs of views of one size: what one tap of `taps` [n, height, width, 3, 3, channels]
/// makes, and the pixels of `pixels` [n, 2 height, 2 width, channels] that it goes to.
template <class Work>
void for_taps(const torch::Tensor& taps, const torch::Tensor& pixels, bool periodic, const Work& work) {
  const auto height = taps.size(1), width = taps.size(2);
  const auto by_parity = pixels.view({pixels.size(0), height, 2, width, 2, pixels.size(3)});
  for (std::int64_t y = 0; y < 3; ++y)
    for (std::int64_t x = 0; x < 3; ++x) {
      const auto down = y / 2, right = x / 2;  // tap 2 belongs to the next pair of pixels
      const auto tap = taps.select(3, y).select(3, x).narrow(1, 0, height - down);
      const auto rows = by_parity.select(4, x % 2).select(2, y % 2).narrow(1, down, height - down);
      work(tap.narrow(2, 0, width - right), rows.narrow(2, right, width - right));
      if (right == 1 && periodic) work(tap.narrow(2, width - 1, 1), rows.narrow(2, 0, 1));
    }
}

struct Spread : torch::autograd::Function<Spread> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& weight, const torch::Tensor& bias, bool periodic) {
    context->save_for_backward({map, weight});
    context->saved_data["periodic"] = periodic;
    const auto taps = as_rows(map).mm(as_matrix(weight));
    const auto n = map.size(0), height = map.size(2), width = map.size(3), out = weight.size(1);
    auto result = bias.expand({n, 2 * height, 2 * width, out}).contiguous();
    for_taps(taps.view({n, height, width, 3, 3, out}), result, periodic,
             [](const torch::Tensor& tap, torch::Tensor pixels) { pixels += tap; });
    return result.permute({0, 3, 1, 2});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto &map = saved[0], &weight = saved[1];
    const auto n = map.size(0), height = map.size(2), width = map.size(3), in = map.size(1), out = weight.size(1);
    const auto slope = pixels_last(slopes[0]);
    auto taps = torch::zeros({n, height, width, 3, 3, out}, slope.options());
    for_taps(taps, slope, context->saved_data["periodic"].toBool(),
             [](torch::Tensor tap, const torch::Tensor& pixels) { tap.copy_(pixels); });
    taps = taps.view({-1, 9 * out});
    const auto map_slope = taps.mm(as_matrix(weight).t()).view({n, height, width, in}).permute({0, 3, 1, 2});
    const auto weight_slope = as_rows(map).t().mm(taps).view({in, 3, 3, out}).permute({0, 3, 1, 2}).contiguous();
    return {map_slope, weight_slope, slope.sum({0, 1, 2}), {}};
  }
};

}  // namespace

torch::Tensor spread_by_library(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                                bool periodic) {
  const auto height = 2 * map.size(2), width = 2 * map.size(3);
  const auto whole = biased(torch::conv_transpose2d(map, weight, {}, 2), bias);  // a row and a column more than asked
  const auto rows = map_slice(whole, 2, 0, height);
  auto result = map_slice(rows, 3, 0, width);
  if (!periodic) return result;
  const auto beyond = map_slice(rows, 3, width) - bias.view({1, -1, 1, 1});
  return torch::cat({map_slice(result, 3, 0, 1) + beyond, map_slice(result, 3, 1)}, 3);
}

torch::Tensor spread_convolution(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                                 bool periodic) {
  if (map.is_cuda()) return spread_by_library(map, weight, bias, periodic);
  return Spread::apply(map, weight, bias, periodic);
}

}  // namespace stormsweep
