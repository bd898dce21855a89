#include "models/nowcast_cnn.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/kernels/map_slice.hpp"
#include "models/kernels/upsampled_convolution.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t kernel = 7, head_kernel = 5;
constexpr std::int64_t reach = kernel - 1;  // pixels that a valid convolution loses

/// Where the parts of E3, E2, E1 that join the input of D1, D2 and D3 begin, in rows and columns. Fixed, so that the
/// network computes the same whatever the side; centred at 256 up to a half pixel.
constexpr std::array<std::int64_t, 3> skip_offsets{2, 14, 38};

torch::Tensor upsampled(const torch::Tensor& images) {
  return torch::upsample_nearest2d(images, {2 * images.size(2), 2 * images.size(3)});
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

NowcastCnn::NowcastCnn(const NowcastOptions& options, std::uint64_t seed) : NowcastNetwork(options, seed) {
  const auto f = options.base_filters;
  if (options.extrapolation == NowcastExtrapolation::blend)
    throw std::invalid_argument("the nowcast network cannot blend extrapolated frames; the U-Net can");
  const std::array<std::int64_t, 5> encoded{channels(), f, 2 * f, 4 * f, 8 * f};
  const std::array<std::int64_t, 4> decoded{8 * f + 4 * f, 2 * f + 2 * f, 2 * f + outputs + f, 2 * f + outputs};
  for (std::size_t i = 0; i < 4; ++i)
    encoder_[i] = add("encoder" + std::to_string(i + 1), encoded[i], encoded[i + 1], kernel);
  for (std::size_t i = 0; i < 4; ++i) decoder_[i] = add("decoder" + std::to_string(i + 1), decoded[i], 2 * f, kernel);
  for (std::size_t i = 0; i < 3; ++i)
    coarse_heads_[i] = add("head" + std::to_string(8 >> i), 2 * f + (i == 0 ? 0 : outputs), outputs, head_kernel);
  const std::int64_t head = options.head_filters;
  const std::array<std::int64_t, 4> fine{2 * f + outputs, std::max(outputs, head > 0 ? head : (3 * f + 3) / 4),
                                         std::max(outputs, head > 0 ? (head + 1) / 2 : (3 * f + 7) / 8), outputs};
  for (std::size_t i = 0; i < 3; ++i)
    fine_head_[i] = add("head1_" + std::to_string(i + 1), fine[i], fine[i + 1], kernel);
  if (!corrects()) return;
  for (auto* head_layer : {&coarse_heads_[0], &coarse_heads_[1], &coarse_heads_[2], &fine_head_[2]})
    torch::nn::init::zeros_((*head_layer)->weight);
}

/// The extrapolated frames of `input` under an output, at its resolution; `margin`: pixels that the output lacks of a
/// whole one, on each side.
torch::Tensor NowcastCnn::extrapolated(const torch::Tensor& input, std::size_t output, std::int64_t margin,
                                       const torch::Tensor& like) const {
  const auto frames = torch::avg_pool2d(input.narrow(1, past, outputs), 8 >> output);
  const auto offset = output_offsets[output] + margin;
  return cut(frames, offset, offset, like.size(2), like.size(3));
}

std::vector<torch::Tensor> NowcastCnn::forward(const torch::Tensor& input, NowcastExtent extent) {
  require_side("height", input.size(2));
  require_side("width", input.size(3));
  std::array<torch::Tensor, 4> encoded;
  for (std::size_t i = 0; i < 4; ++i) encoded[i] = convolve_activated(encoder_[i], i == 0 ? input : encoded[i - 1], 2);

  // D2 ... D4 are cut to the size of the upsampled output before them; `inner` asks for less of the last two.
  const bool inner = extent == NowcastExtent::inner;
  const std::array<std::int64_t, 4> margins{0, 1, inner ? 2 : 1, inner ? 2 : 1};
  const std::array<std::int64_t, 4> lacking{0, 0, inner ? 1 : 0, inner ? 3 : 0};
  std::vector<torch::Tensor> results(4);
  auto map = encoded[3];
  for (std::size_t i = 0; i < 4; ++i) {
    torch::Tensor skip;
    if (i < 3) skip = cut(encoded[2 - i], skip_offsets[i], skip_offsets[i], 2 * map.size(2), 2 * map.size(3));
    map = decode(decoder_[i], map, skip, margins[i]);
    if (i > 0) {
      const auto previous = upsampled(results[i - 1].to(map.scalar_type()));
      map = torch::cat({map, without_margin(previous, (previous.size(2) - map.size(2)) / 2)}, 1);
    }
    if (i == 3) map = convolve_activated(fine_head_[1], convolve_activated(fine_head_[0], map));
    results[i] = convolve(i < 3 ? coarse_heads_[i] : fine_head_[2], map).to(torch::kFloat32);
    if (corrects()) results[i] = results[i] + extrapolated(input, i, lacking[i], results[i]);
  }
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

NowcastTiling NowcastCnn::tiling() const {
  // Beyond its own size, a multiple of 16, an output takes 2 x 101 pixels of input, and 6 for the step of 16.
  return {.margin = output_offsets.back(), .border = 208, .reach = nowcast_cnn_reach()};
}

std::int64_t NowcastCnn::forward_bytes(std::int64_t pixels) const {
  // Resident memory, measured at 160,000 to 890,000 pixels: it grows by 850 to 1,490 bytes a pixel at 64 filters, and
  // by 270 at 8; this gives 1,664 and 320.
  return 4 * (6 * options().base_filters + 32) * pixels;
}

}  // namespace stormsweep
