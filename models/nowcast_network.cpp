#include "models/nowcast_network.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include <cmath>

#include "models/kernels/upsampled_convolution.hpp"

namespace stormsweep {

NowcastNetwork::NowcastNetwork(const NowcastOptions& options, std::uint64_t seed)
    : options_(options), generator_(at::detail::createCPUGenerator(seed)) {}

torch::nn::Conv2d NowcastNetwork::add(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel) {
  auto layer = register_module(name, torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel)));
  const torch::NoGradGuard no_grad;
  const auto fan_in = static_cast<double>(in * kernel * kernel);
  layer->weight.normal_(0, std::sqrt(2 / fan_in), generator_);
  layer->bias.zero_();
  return layer;
}

torch::Tensor NowcastNetwork::activated(torch::Tensor map) const {
  return options_.negative_slope > 0 ? torch::leaky_relu_(map, options_.negative_slope) : map.relu_();
}

torch::Tensor NowcastNetwork::convolve(const torch::nn::Conv2d& layer, const torch::Tensor& input,
                                       std::int64_t stride) const {
  const auto type = options_.convolution_type;
  return torch::conv2d(input.to(type), layer->weight.to(type), layer->bias.to(type), stride);
}

torch::Tensor NowcastNetwork::decode(const torch::nn::Conv2d& layer, const torch::Tensor& coarse,
                                     const torch::Tensor& skip, std::int64_t margin) const {
  const auto type = options_.convolution_type;
  const auto in = coarse.size(1);
  auto result = convolve_upsampled(coarse.to(type), layer->weight.narrow(1, 0, in), margin);
  const auto bias = layer->bias.to(type);
  if (skip.defined())
    result = torch::conv2d(without_margin(skip, margin).to(type), layer->weight.slice(1, in).to(type), bias) + result;
  else
    result = result + bias.view({1, -1, 1, 1});
  return activated(result);
}

torch::Tensor cut(const torch::Tensor& images, std::int64_t top, std::int64_t left, std::int64_t height,
                  std::int64_t width) {
  return images.narrow(2, top, height).narrow(3, left, width);
}

}  // namespace stormsweep
