#include "models/nowcast_unet.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <tuple>

#include "models/kernels/map_slice.hpp"
#include "models/kernels/pool_and_cut.hpp"
#include "models/kernels/upsampled_convolution.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t unet_kernel = 3;
/// The side of the input with outputs of 52 pixels: all parts are then centred on each other.
constexpr std::int64_t inner_input = 140, inner_output = 52;
constexpr std::int64_t margin = (inner_input - inner_output) / 2;

/// Where the parts of E3, E2, E1 begin that lie beside the upsampled E4, D3, D2, in rows and columns. Fixed, so that
/// the network computes the same whatever the side.
constexpr std::array<std::int64_t, 3> unet_skip_offsets{4, 16, 40};

/// Sides of those parts of E1, E2, E3, for one side of the input.
std::array<std::int64_t, 3> skip_sides(std::int64_t input) {
  constexpr std::int64_t lost = 2 * (unet_kernel - 1);  // by the two convolutions of a level
  auto side = input - lost;
  for (int level = 0; level < 3; ++level) side = side / 2 - lost;
  std::array<std::int64_t, 3> result{};
  for (std::size_t level = 3; level-- > 0; side = result[level] - lost) result[level] = 2 * side;
  return result;
}

void require_unet_side(const char* name, std::int64_t side) {
  if (side < NowcastUnet::smallest_side)
    throw std::invalid_argument("the nowcasting U-Net takes images from " + std::to_string(NowcastUnet::smallest_side) +
                                " pixels a side on; the " + name + " is " + std::to_string(side));
}

/// The middle of `input`, as much of it as inner outputs depend on.
torch::Tensor inner_part(const torch::Tensor& input) {
  const auto height = std::min(inner_input, input.size(2)), width = std::min(inner_input, input.size(3));
  return cut(input, (input.size(2) - height) / 2, (input.size(3) - width) / 2, height, width);
}

constexpr std::array<double, 4> sigmas{1, 2, 4, 8};        // of the blurs, pixels
constexpr std::int64_t sharpnesses = sigmas.size() + 1;    // of a frame: itself, and its blurs
constexpr double least_share = 0.01;                       // of each of them, before training
constexpr double least_growth = -2, most_growth = 0.4055;  // logarithms: of 1.5

/// Gaussian weights within three sigmas.
torch::Tensor gaussian(double sigma, const torch::TensorOptions& options) {
  const std::int64_t reach = std::llround(3 * sigma);
  const auto weights = torch::arange(-reach, reach + 1, options).square().div(-2 * sigma * sigma).exp();
  return weights / weights.sum();
}

/// `frames` [n, 1, h, w] and their blurs, without the outermost `margin` pixels: [n, 1 + sigmas, ., .].
torch::Tensor with_blurs(const torch::Tensor& frames) {
  std::vector<torch::Tensor> maps{without_margin(frames, margin)};
  for (const double sigma : sigmas) {
    const auto weights = gaussian(sigma, frames.options());
    const auto part = without_margin(frames, margin - weights.size(0) / 2);
    maps.push_back(torch::conv2d(torch::conv2d(part, weights.view({1, 1, -1, 1})), weights.view({1, 1, 1, -1})));
  }
  return torch::cat(maps, 1);
}

/// [shares of the newest frame, of the one before it, and growth], as logarithms. A sigma between two blurs is a share
/// of both.
torch::Tensor first_blend(const FirstBlur& blur) {
  const double place = blur.sigma < 1 ? blur.sigma : std::min(1 + std::log2(blur.sigma), sharpnesses - 1.0);
  auto shares = torch::full({2 * sharpnesses + 1}, least_share);
  for (std::int64_t i = 0; i < sharpnesses; ++i)
    shares[i] += std::max(0.0, 1 - std::abs(place - static_cast<double>(i)));
  // Outside the range that blended() clamps to it would have no gradient, and never learn.
  shares[-1] = std::clamp(blur.factor, std::exp(least_growth), 1.5);
  return shares.log();
}

}  // namespace

NowcastUnet::NowcastUnet(const NowcastOptions& options, std::uint64_t seed) : NowcastNetwork(options, seed) {
  const auto f = options.base_filters;
  const std::int64_t seen = extrapolates() ? 4 : past + 1;
  for (std::size_t i = 0; i < levels; ++i)
    encoder_.push_back(add_block("encoder" + std::to_string(i + 1), i == 0 ? seen : f << (i - 1), f << i));
  for (std::size_t i = levels - 1; i-- > 0;)
    decoder_.push_back(add_block("decoder" + std::to_string(i + 1), 3 * (f << i), f << i));
  head_ = add("head", f, blends() ? 2 * sharpnesses + 1 : 1, 1);
  if (corrects() || blends()) torch::nn::init::zeros_(head_->weight);
  if (!blends()) return;
  std::vector<torch::Tensor> first;
  for (const FirstBlur& blur : options.first_blurs) first.push_back(first_blend(blur));
  first_blend_ = register_buffer("first_blend", torch::stack(first));
}

NowcastUnet::Block NowcastUnet::add_block(const std::string& name, std::int64_t in, std::int64_t out) {
  Block block{add(name + "_1", in, out, unet_kernel)};
  block.push_back(add(name + "_2", out, out, unet_kernel));
  return block;
}

/// The carried frames of `images`, a lead time after the other: [6 n, 2, h, w].
torch::Tensor NowcastUnet::by_lead(const torch::Tensor& images) {
  return images.narrow(1, past, carried).unflatten(1, {2, outputs}).transpose(1, 2).flatten(0, 1);
}

/// The first convolution and its activation, [6 n, f, h - 2, w - 2], sample by sample. A channel that is the same
/// everywhere is a number, and becomes part of the bias: what lead times have in common is computed once for all.
torch::Tensor NowcastUnet::first_layer(const torch::Tensor& input) const {
  const auto weight = weight_operand(encoder_[0][0]->weight), images = operand(input);
  const auto ahead = torch::arange(1, outputs + 1, weight.options()).div_(outputs);
  const auto biases = weight_operand(encoder_[0][0]->bias) + torch::outer(ahead, weight.select(1, -1).sum({1, 2}));
  const std::int64_t frames = extrapolates() ? 1 : past;
  torch::Tensor of_carried;
  if (extrapolates()) of_carried = convolution(by_lead(images), weight.narrow(1, frames, 2), {});
  return activated_convolution(images.narrow(1, past - frames, frames), weight.narrow(1, 0, frames), biases,
                               of_carried);
}

std::vector<torch::Tensor> NowcastUnet::forward(const torch::Tensor& input, NowcastExtent extent) {
  require_unet_side("height", input.size(2));
  require_unet_side("width", input.size(3));
  const auto images = extent == NowcastExtent::inner ? inner_part(input) : input;
  const auto heights = skip_sides(images.size(2)), widths = skip_sides(images.size(3));
  std::array<torch::Tensor, levels - 1> skips;
  auto map = convolve_activated(encoder_[0][1], first_layer(images));
  for (std::size_t i = 0; i < levels - 1; ++i) {
    const auto offset = unet_skip_offsets[levels - 2 - i];
    std::tie(map, skips[i]) = pool_and_cut(map, {offset, offset, heights[i], widths[i]});
    for (const auto& layer : encoder_[i + 1]) map = convolve_activated(layer, map);
  }
  for (std::size_t i = 0; i < decoder_.size(); ++i)
    map = convolve_activated(decoder_[i][1], decode(decoder_[i][0], map, skips[levels - 2 - i], 0));
  map = convolve(head_, map).to(torch::kFloat32);
  const auto height = map.size(2), width = map.size(3);
  if (blends()) map = blended(map, by_lead(images));
  map = map.view({input.size(0), outputs, height, width});
  if (corrects()) map = map + cut(images.narrow(1, past, outputs), margin, margin, height, width);
  return {map};
}

/// [6 n, 1, h, w] of the head's `maps` [6 n, shares and growth, h, w] and the carried frames [6 n, 2, ., .].
torch::Tensor NowcastUnet::blended(const torch::Tensor& maps, const torch::Tensor& frames) const {
  const auto height = maps.size(2), width = maps.size(3), mixed = 2 * sharpnesses;
  const auto bank =
      cut(with_blurs(frames.flatten(0, 1).unsqueeze(1)), 0, 0, height, width).view({-1, mixed, height, width});
  const auto logarithms = (maps.unflatten(0, {-1, outputs}) + first_blend_.unsqueeze(2).unsqueeze(3)).flatten(0, 1);
  const auto shares = logarithms.narrow(1, 0, mixed).softmax(1);
  const auto growth = logarithms.narrow(1, mixed, 1).clamp(least_growth, most_growth).exp();
  const double dry = options().dry;
  return ((shares * bank).sum(1, /*keepdim=*/true) - dry) * growth + dry;
}

std::int64_t NowcastUnet::forward_flops(std::int64_t height, std::int64_t width) const {
  std::int64_t flops = 0, h = std::min(height, inner_input), w = std::min(width, inner_input);
  const auto count = [&](const torch::nn::Conv2d& layer) {
    const auto side = layer->weight.size(2);
    h -= side - 1, w -= side - 1;
    flops += 2 * outputs * h * w * layer->weight.numel();
  };
  for (std::size_t i = 0; i < levels; ++i) {
    if (i > 0) h /= 2, w /= 2;
    for (const auto& layer : encoder_[i]) count(layer);
  }
  for (const Block& block : decoder_) {
    h *= 2, w *= 2;
    for (const auto& layer : block) count(layer);
  }
  count(head_);
  return flops;
}

NowcastTiling NowcastUnet::tiling() const {
  // Beyond its own size, a multiple of 8, an output takes 2 x 44 pixels of input, and 4 for the step of 8.
  return {.margin = margin, .border = 92, .reach = nowcast_unet_reach()};
}

std::int64_t NowcastUnet::forward_bytes(std::int64_t pixels) const {
  // Resident memory, measured at 680,000 pixels with 8 filters: it grows by 1,500 bytes a pixel, by 2,200 where it
  // blends; this gives 1,920 and 2,400.
  return 4 * outputs * (8 * options().base_filters + (blends() ? 36 : 16)) * pixels;
}

}  // namespace stormsweep
