#include "models/tornado_cnn.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include <string>

#include "models/first_weights.hpp"

namespace stormsweep {

TornadoCnn::TornadoCnn(const TornadoCnnOptions& options, std::uint64_t seed) : options_(options) {
  auto generator = at::detail::createCPUGenerator(seed);
  std::int64_t points = side;
  for (std::int64_t i = 0; i < layers; ++i) {
    auto convolution =
        torch::nn::Conv2d(torch::nn::Conv2dOptions(channels[i], channels[i + 1], kernel).padding(kernel / 2));
    for (auto& parameter : convolution->parameters()) draw_uniform(parameter, channels[i] * kernel * kernel, generator);
    convolutions_[i] = register_module("conv" + std::to_string(i + 1), convolution);
    if (pooled(i)) points /= 2;
  }
  const std::int64_t features = channels[layers] * points * points;
  dense_ = register_module("dense", make_linear(features, 1, generator));
}

TornadoCnn::Dropout TornadoCnn::draw_dropout(const torch::Tensor& input) const {
  Dropout dropout;
  if (!is_training() || options_.dropout == 0) return dropout;
  const double kept = 1 - options_.dropout;
  for (std::int64_t i = 0; i < layers; ++i)
    dropout[i] = torch::empty({input.size(0), channels[i + 1]}, input.device()).bernoulli_(kept).div_(kept);
  return dropout;
}

torch::Tensor TornadoCnn::forward(const torch::Tensor& input, const Dropout& dropout) {
  auto x = input.to(options_.convolution_type);
  for (std::int64_t i = 0; i < layers; ++i) {
    const auto& layer = *convolutions_[i];
    x = torch::relu(torch::conv2d(x, layer.weight.to(x.dtype()), layer.bias.to(x.dtype()), 1, kernel / 2));
    if (dropout[i].defined()) x = x * dropout[i].to(x.dtype()).unsqueeze(2).unsqueeze(3);
    if (pooled(i)) x = torch::avg_pool2d(x, 2);
  }
  return dense_(x.to(torch::kFloat32).flatten(1)).squeeze(1);
}

std::int64_t TornadoCnn::forward_flops() const {
  std::int64_t flops = 0, points = side;
  for (std::int64_t i = 0; i < layers; ++i) {
    flops += 2 * points * points * convolutions_[i]->weight.numel();
    if (pooled(i)) points /= 2;
  }
  return flops + 2 * dense_->weight.numel();
}

}  // namespace stormsweep
