#include "models/kernels/map_convolution.hpp"

#include <torch/utils.h>
#include <algorithm>
#include <cmath>
#include <vector>

#include "models/kernels/direct_convolution.hpp"
#include "models/kernels/library_convolution.hpp"
#include "models/kernels/map_slice.hpp"
#include "models/kernels/operand_type.hpp"
#include "models/kernels/rectified_norm.hpp"
#include "models/kernels/sparse_activation.hpp"
#include "models/kernels/spread_convolution.hpp"
#include "models/kernels/winograd.hpp"

namespace stormsweep {

namespace {

/// `map` with `left` and `right` more columns, those from around the globe.
torch::Tensor wrapped(const torch::Tensor& map, std::int64_t left, std::int64_t right) {
  const auto width = map.size(3), end = width + right;
  std::vector<torch::Tensor> parts;
  for (std::int64_t column = -left; column < end;) {
    const auto begin = (column % width + width) % width, count = std::min(width - begin, end - column);
    parts.push_back(map_slice(map, 3, begin, begin + count));
    column += count;
  }
  return torch::cat(parts, 3);
}

/// A 1x1 convolution as the product of matrices that it is, in planes or channels last as the map is.
torch::Tensor mixed(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                    std::int64_t stride) {
  const auto some = stride == 1 ? map : thinned(map, stride);
  if (map.is_cpu() && map.is_contiguous()) {
    const auto n = some.size(0), out = weight.size(0);
    const auto matrices = weight.flatten(1).expand({n, out, some.size(1)}), planes = some.flatten(2);
    const auto product =
        bias.defined() ? torch::baddbmm(bias.view({1, out, 1}), matrices, planes) : torch::bmm(matrices, planes);
    return product.view({n, out, some.size(2), some.size(3)});
  }
  const auto rows = some.permute({0, 2, 3, 1});
  return torch::linear(rows.reshape({-1, rows.size(3)}), weight.flatten(1), bias)
      .view({rows.size(0), rows.size(1), rows.size(2), -1})
      .permute({0, 3, 1, 2});
}

}  // namespace

MapConvolution::MapConvolution(const ConvolutionSizes& sizes, Longitude longitude, torch::ScalarType type,
                               at::Generator& generator)
    : sizes_(sizes), longitude_(longitude), type_(type) {
  const auto rows = sizes.transposed ? sizes.in : sizes.out, columns = sizes.transposed ? sizes.out : sizes.in;
  weight_ = register_parameter("weight", torch::empty({rows, columns, sizes.kernel, sizes.kernel}));
  if (sizes.bias) bias_ = register_parameter("bias", torch::zeros({sizes.out}));
  if (sizes.normalised) norm_ = register_module("norm", torch::nn::BatchNorm2d(sizes.out));
  const torch::NoGradGuard no_grad;
  const auto fan_in = static_cast<double>(sizes.in * sizes.kernel * sizes.kernel);
  const auto limit = sizes.gain * std::sqrt(6 / fan_in);
  weight_.uniform_(-limit, limit, generator);
}

torch::Tensor MapConvolution::convolve(torch::Tensor map, torch::Tensor weight, const torch::Tensor& bias) const {
  const auto middle = sizes_.kernel / 2, step = sizes_.dilation;
  const DirectConvolution direct{.padding = middle, .periodic = longitude_ == Longitude::periodic};
  if (sizes_.stride == 1 && step == 1 && direct.takes(map, weight)) return direct(map, weight, bias);
  const WinogradConvolution winograd{step, longitude_ == Longitude::periodic};
  if (sizes_.stride == 1 && winograd.takes(map, weight)) return winograd(map, weight, bias);
  std::array<std::int64_t, 2> padding{middle * step, middle * step};
  // Taps that see nothing but the zeros above and below, or left and right, are left out.
  const auto drop = [&](std::int64_t side) {
    if (step < map.size(side)) return;
    weight = weight.narrow(side, middle, 1);
    padding[static_cast<std::size_t>(side - 2)] = 0;
  };
  drop(2);
  if (longitude_ == Longitude::open) {
    drop(3);
  } else if (middle > 0) {
    map = wrapped(map, padding[1], padding[1]);
    padding[1] = 0;
  }
  return library_convolution(map, weight, bias, {.stride = sizes_.stride, .dilation = step, .padding = padding});
}

/// Without the norm.
torch::Tensor MapConvolution::computed(const torch::Tensor& map, const torch::Tensor& bias) const {
  const auto input = in_type(map, type_), weight = in_type(weight_, type_);
  if (sizes_.transposed) return spread_convolution(input, weight, bias, longitude_ == Longitude::periodic);
  return sizes_.kernel == 1 ? mixed(input, weight, bias, sizes_.stride) : convolve(input, weight, bias);
}

torch::Tensor MapConvolution::forward(const torch::Tensor& map) {
  const auto result = computed(map, in_type(bias_, type_));
  return norm_ ? norm_(result) : result;
}

torch::Tensor MapConvolution::rectified(const torch::Tensor& map) {
  auto result = computed(map, in_type(bias_, type_));
  return norm_ ? rectified_norm(norm_, result) : result.relu_();
}

torch::Tensor MapConvolution::activated(const torch::Tensor& map, double rate) {
  // A GPU adds the bias on the way; LibTorch would in a pass of its own.
  const bool together = map.is_cuda() && !norm_ && !sizes_.transposed;
  return together ? sparse_activation(computed(map, {}), rate, in_type(bias_, type_))
                  : sparse_activation(forward(map), rate);
}

std::string MapConvolution::kind() const {
  const auto side = std::to_string(sizes_.kernel);
  const auto* sort = sizes_.transposed ? "transposed" : sizes_.dilation > 1 ? "atrous" : "conv";
  return sort + side + "x" + side;
}

torch::Tensor pooled(const torch::Tensor& map, Longitude longitude) {
  const auto input = longitude == Longitude::periodic ? wrapped(map, 0, 1) : map;
  return torch::max_pool2d(input, 3, 2, 0, 1, /*ceil_mode=*/true);
}

}  // namespace stormsweep
