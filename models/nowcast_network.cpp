#include "models/nowcast_network.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include <cmath>

#include "models/kernels/bfloat16_convolution.hpp"
#include "models/kernels/bfloat16_kernels.hpp"
#include "models/kernels/direct_convolution.hpp"
#include "models/kernels/library_convolution.hpp"
#include "models/kernels/operand_type.hpp"
#include "models/kernels/phases.hpp"
#include "models/kernels/upsampled_convolution.hpp"
#include "models/kernels/winograd.hpp"

namespace stormsweep {

namespace {

/// Whether there are kernels that round weights themselves.
bool have_rounding_kernels(const torch::Device& device, torch::ScalarType type) {
  return type == torch::kBFloat16 && device.is_cpu() && computes_in(device, type) && bfloat16_kernels();
}

}  // namespace

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

torch::Tensor NowcastNetwork::operand(const torch::Tensor& tensor) const {
  const auto typed = in_type(tensor, options_.convolution_type);
  // The layout in which cuDNN's convolutions want maps and weights.
  return typed.is_cuda() && typed.dim() == 4 ? typed.contiguous(torch::MemoryFormat::ChannelsLast) : typed;
}

torch::Tensor NowcastNetwork::weight_operand(const torch::Tensor& tensor) const {
  return have_rounding_kernels(tensor.device(), options_.convolution_type) ? tensor : operand(tensor);
}

torch::Tensor NowcastNetwork::convolution(const torch::Tensor& images, const torch::Tensor& weight,
                                          const torch::Tensor& bias) const {
  const Bfloat16Convolution bfloat16;
  if (bfloat16.takes(images, weight)) return bfloat16(images, weight, bias);
  const DirectConvolution direct;
  if (direct.takes(images, weight)) return direct(images, weight, bias);
  return library_convolution(images, operand(weight), operand(bias));
}

torch::Tensor NowcastNetwork::convolve(const torch::nn::Conv2d& layer, const torch::Tensor& input) const {
  return convolution(operand(input), weight_operand(layer->weight), weight_operand(layer->bias));
}

torch::Tensor NowcastNetwork::convolve_activated(const torch::nn::Conv2d& layer, const torch::Tensor& input,
                                                 std::int64_t stride) const {
  const auto images = operand(input);
  if (stride == 1) return activated_convolution(images, weight_operand(layer->weight), weight_operand(layer->bias), {});
  const Bfloat16Convolution bfloat16{.negative_slope = options_.negative_slope};
  if (bfloat16.takes(images, layer->weight))
    return bfloat16(phases_of_last(images), phases_of_last(layer->weight), layer->bias);
  const auto weight = operand(layer->weight), bias = operand(layer->bias);
  // For some convolutions of stride 2 cuDNN has no tensor-core kernel, but for the equivalent ones of stride 1 it has.
  if (images.is_cuda() && images.size(1) % 8 == 0)
    return activated(library_convolution(phases_of_last(images), phases_of_last(weight), bias));
  const DirectConvolution direct{.negative_slope = options_.negative_slope};
  const auto of_phases = weight_of_phases(weight);
  if (direct.fits(of_phases, (images.size(3) + 1) / 2)) return direct(phases_of(images), of_phases, bias);
  return activated(library_convolution(images, weight, bias, {.stride = stride}));
}

torch::Tensor NowcastNetwork::activated_convolution(const torch::Tensor& images, const torch::Tensor& weight,
                                                    const torch::Tensor& bias, const torch::Tensor& start) const {
  const Bfloat16Convolution bfloat16{.negative_slope = options_.negative_slope};
  if (bfloat16.takes(images, weight)) return bfloat16(images, weight, bias, start);
  const DirectConvolution direct{.negative_slope = options_.negative_slope};
  if (direct.takes(images, weight)) return direct(images, weight, bias, start);
  const WinogradConvolution winograd{.valid = true, .negative_slope = options_.negative_slope};
  if (bias.dim() == 1 && winograd.takes(images, weight)) return winograd(images, weight, bias, start);
  auto result = convolution(images, weight, bias.dim() == 1 ? bias : torch::Tensor());
  if (bias.dim() == 2) result = (result.unsqueeze(1) + operand(bias).unsqueeze(2).unsqueeze(3)).flatten(0, 1);
  return activated(start.defined() ? result + start : result);
}

torch::Tensor NowcastNetwork::decode(const torch::nn::Conv2d& layer, const torch::Tensor& coarse,
                                     const torch::Tensor& skip, std::int64_t margin) const {
  const auto in = coarse.size(1);
  const auto of_coarse = convolve_upsampled(operand(coarse), weight_operand(layer->weight.narrow(1, 0, in)), margin);
  const auto bias = weight_operand(layer->bias);
  if (!skip.defined()) return activated(of_coarse + bias.view({1, -1, 1, 1}).to(of_coarse.scalar_type()));
  return activated_convolution(operand(without_margin(skip, margin)), weight_operand(layer->weight.slice(1, in)), bias,
                               of_coarse);
}

}  // namespace stormsweep
