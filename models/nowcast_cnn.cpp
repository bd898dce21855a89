#include "models/nowcast_cnn.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace stormsweep {

namespace {

constexpr std::int64_t kernel = 7, head_kernel = 5;
constexpr std::int64_t reach = kernel - 1;  // pixels that a valid convolution loses

/// Where the parts of E3, E2, E1 that lie beside D1's, D2's and D3's other input begin, in rows and columns. Fixed, so
/// that the network computes the same whatever the side; centred at 256 up to a half pixel.
constexpr std::array<std::int64_t, 3> skip_offsets{2, 14, 38};

torch::Tensor cut(const torch::Tensor& images, std::int64_t begin, std::int64_t height, std::int64_t width) {
  return images.narrow(2, begin, height).narrow(3, begin, width);
}

torch::Tensor without_margin(const torch::Tensor& images, std::int64_t margin) {
  return cut(images, margin, images.size(2) - 2 * margin, images.size(3) - 2 * margin);
}

torch::Tensor upsampled(const torch::Tensor& images) {
  return torch::upsample_nearest2d(images, {2 * images.size(2), 2 * images.size(3)});
}

/// [49, 64]: times the 7x7 weights of a convolution of an image upsampled by 2, this gives the weights of a 4x4
/// convolution of the image itself, for each of the 2x2 pixels that its pixels become: (row, column in the 2x2; row,
/// column in the 4x4). Tap k of output pixel 2 p + d reads pixel p + (d + k) / 2.
torch::Tensor folding_matrix() {
  auto matrix = torch::zeros({kernel, kernel, 2, 2, 4, 4});
  for (std::int64_t y = 0; y < kernel; ++y)
    for (std::int64_t x = 0; x < kernel; ++x)
      for (std::int64_t dy = 0; dy < 2; ++dy)
        for (std::int64_t dx = 0; dx < 2; ++dx) matrix.index_put_({y, x, dy, dx, (dy + y) / 2, (dx + x) / 2}, 1);
  return matrix.view({kernel * kernel, 64});
}

/// [4 out, in, 4, 4] of [out, in, 7, 7]; output channels in the order of pixel_shuffle.
torch::Tensor folded(const torch::Tensor& weight) {
  static const auto matrix = folding_matrix();
  const auto out = weight.size(0), in = weight.size(1);
  return weight.reshape({out * in, kernel * kernel})
      .mm(matrix.to(weight.options()))
      .view({out, in, 4, 4, 4})
      .permute({0, 2, 1, 3, 4})
      .reshape({4 * out, in, 4, 4});
}

void draw_he_normal(torch::nn::Conv2dImpl& layer, at::Generator& generator) {
  const torch::NoGradGuard no_grad;
  const std::int64_t fan_in = layer.weight.numel() / layer.weight.size(0);
  layer.weight.normal_(0, std::sqrt(2 / static_cast<double>(fan_in)), generator);
  layer.bias.zero_();
}

/// Sides of the maps along the network, for one side of the input.
struct Sides {
  std::array<std::int64_t, 4> encoder, decoder, outputs;
  explicit Sides(std::int64_t input) {
    for (auto& side : encoder) side = input = (input - kernel) / 2 + 1;
    for (std::size_t i = 0; i < 4; ++i) {
      decoder[i] = i == 0 ? 2 * encoder[3] - reach : 2 * outputs[i - 1];
      outputs[i] = decoder[i] - (i < 3 ? head_kernel - 1 : 3 * reach);
    }
  }
};

void require_side(const char* name, std::int64_t side) {
  if (!NowcastCnn::output_sides(side))
    throw std::invalid_argument("the nowcast network takes images from " + std::to_string(NowcastCnn::smallest_side) +
                                " pixels a side on; the " + name + " is " + std::to_string(side));
}

}  // namespace

NowcastCnn::NowcastCnn(const NowcastCnnOptions& options, std::uint64_t seed) : options_(options) {
  auto generator = at::detail::createCPUGenerator(seed);
  const auto f = options.base_filters;
  const auto add = [&](const std::string& name, std::int64_t in, std::int64_t out, std::int64_t side) {
    auto layer = register_module(name, torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, side)));
    draw_he_normal(*layer, generator);
    return layer;
  };
  const std::array<std::int64_t, 5> encoded{inputs, f, 2 * f, 4 * f, 8 * f};
  const std::array<std::int64_t, 4> decoded{8 * f + 4 * f, 2 * f + 2 * f, 2 * f + outputs + f, 2 * f + outputs};
  for (std::size_t i = 0; i < 4; ++i)
    encoder_[i] = add("encoder" + std::to_string(i + 1), encoded[i], encoded[i + 1], kernel);
  for (std::size_t i = 0; i < 4; ++i) decoder_[i] = add("decoder" + std::to_string(i + 1), decoded[i], 2 * f, kernel);
  for (std::size_t i = 0; i < 3; ++i)
    coarse_heads_[i] = add("head" + std::to_string(8 >> i), 2 * f + (i == 0 ? 0 : outputs), outputs, head_kernel);
  const std::array<std::int64_t, 4> fine{2 * f + outputs, std::max(outputs, (3 * f + 3) / 4),
                                         std::max(outputs, (3 * f + 7) / 8), outputs};
  for (std::size_t i = 0; i < 3; ++i)
    fine_head_[i] = add("head1_" + std::to_string(i + 1), fine[i], fine[i + 1], kernel);
}

torch::Tensor NowcastCnn::convolve(const torch::nn::Conv2d& layer, const torch::Tensor& input,
                                   std::int64_t stride) const {
  const auto type = options_.convolution_type;
  return torch::conv2d(input.to(type), layer->weight.to(type), layer->bias.to(type), stride);
}

/// ReLU of the convolution of `coarse`, upsampled by 2, beside `skip` (or nothing), without the outermost `margin`
/// pixels. Sixteen instead of 49 multiplications a pixel and channel of `coarse`: its pixels repeat, so that taps of
/// the kernel add up.
torch::Tensor NowcastCnn::decode(const torch::nn::Conv2d& layer, const torch::Tensor& coarse, const torch::Tensor& skip,
                                 std::int64_t margin) const {
  const auto type = options_.convolution_type;
  const auto in = coarse.size(1);
  auto result =
      torch::conv2d(without_margin(coarse, margin / 2).to(type), folded(layer->weight.narrow(1, 0, in)).to(type));
  result = without_margin(torch::pixel_shuffle(result, 2), margin % 2);
  const auto bias = layer->bias.to(type);
  if (skip.defined())
    result = torch::conv2d(without_margin(skip, margin).to(type), layer->weight.slice(1, in).to(type), bias) + result;
  else
    result = result + bias.view({1, -1, 1, 1});
  return result.relu_();
}

std::array<torch::Tensor, 4> NowcastCnn::forward(const torch::Tensor& input, NowcastExtent extent) {
  require_side("height", input.size(2));
  require_side("width", input.size(3));
  std::array<torch::Tensor, 4> encoded;
  for (std::size_t i = 0; i < 4; ++i) encoded[i] = convolve(encoder_[i], i == 0 ? input : encoded[i - 1], 2).relu_();

  // D2 ... D4 are cut to the size of the output before them upsampled; `inner` asks for less of the last two.
  const bool inner = extent == NowcastExtent::inner;
  const std::array<std::int64_t, 4> margins{0, 1, inner ? 2 : 1, inner ? 2 : 1};
  std::array<torch::Tensor, 4> results;
  auto map = encoded[3];
  for (std::size_t i = 0; i < 4; ++i) {
    torch::Tensor skip;
    if (i < 3) skip = cut(encoded[2 - i], skip_offsets[i], 2 * map.size(2), 2 * map.size(3));
    map = decode(decoder_[i], map, skip, margins[i]);
    if (i > 0) {
      const auto previous = upsampled(results[i - 1].to(map.scalar_type()));
      map = torch::cat({map, without_margin(previous, (previous.size(2) - map.size(2)) / 2)}, 1);
    }
    if (i < 3) results[i] = convolve(coarse_heads_[i], map);
  }
  for (std::size_t i = 0; i < 2; ++i) map = convolve(fine_head_[i], map).relu_();
  results[3] = convolve(fine_head_[2], map);
  for (auto& result : results) result = result.to(torch::kFloat32);
  return results;
}

std::optional<NowcastSides> NowcastCnn::output_sides(std::int64_t input_side) {
  if (input_side < smallest_side) return std::nullopt;
  return Sides(input_side).outputs;
}

std::int64_t NowcastCnn::forward_flops(std::int64_t height, std::int64_t width) const {
  const Sides y(height), x(width);
  std::int64_t flops = 0;
  const auto count = [&](const torch::nn::Conv2d& layer, std::int64_t rows, std::int64_t columns) {
    flops += 2 * rows * columns * layer->weight.numel();
  };
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int64_t cropped = i == 0 ? 0 : 2;
    count(encoder_[i], y.encoder[i], x.encoder[i]);
    count(decoder_[i], y.decoder[i] + cropped, x.decoder[i] + cropped);
    if (i < 3) count(coarse_heads_[i], y.outputs[i], x.outputs[i]);
  }
  for (std::int64_t i = 0; i < 3; ++i)
    count(fine_head_[static_cast<std::size_t>(i)], y.decoder[3] - reach * (i + 1), x.decoder[3] - reach * (i + 1));
  return flops;
}

}  // namespace stormsweep
