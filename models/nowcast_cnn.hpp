#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "models/nowcast_network.hpp"

namespace stormsweep {

/// Sides of the outputs at 1/8, 1/4, 1/2 and full resolution for an input of one side.
using NowcastSides = std::array<std::int64_t, 4>;

/// The multi-resolution CNN of Samsi et al. 2019: 7 past frames in, 6 future frames out at four resolutions; valid
/// convolutions throughout, so that a larger image is computed as its parts are. 17,395,992 parameters at 64 base
/// filters; 256 x 256 in gives outputs of 12, 20, 36 and 54 pixels a side.
///
/// Encoder: four 7x7 convolutions of stride 2, E1 ... E4. Decoder: 7x7 convolutions of a map upsampled by 2 (nearest)
/// beside an encoder map, cut to the size of the output before it upsampled: D1 ... D4; 5x5 convolutions give O8, O4,
/// O2, three of 7x7 give O1, the first two with `head_filters` and half as many channels (as published: 3f/4 and 3f/8,
/// no fewer than 6). ReLU but for outputs. Extrapolated frames, if any, are block-averaged to what each output
/// corrects.
class NowcastCnn : public NowcastNetwork {
 public:
  /// Throws std::invalid_argument where it is to blend, which it cannot. He-normal weights (for ReLU; the paper does
  /// not say), zero biases, from a generator of `seed` alone.
  NowcastCnn(const NowcastOptions& options, std::uint64_t seed);

  /// O8, O4, O2, O1. `inner`: O2 without its outermost pixel, O1 without its outermost 3: at 256, O1's centre 48.
  /// Layers keep the input's memory format. Measured on an AVX2 processor the default one trains faster than
  /// channels-last with 64 filters, equally fast with 8; bf16 is 15 times slower there (no instructions for it).
  std::vector<torch::Tensor> forward(const torch::Tensor& input, NowcastExtent extent = NowcastExtent::whole) override;

  /// What the network takes: every side from this one on. Output sides grow by 2, 4, 8, 16 pixels with each 16 of the
  /// input beyond 203, 219, ..., 251, ...; pixels between these, at the right and lower edge, are not looked at.
  static constexpr std::int64_t smallest_side = 203;
  /// The sides of whole outputs: 256 -> 12, 20, 36, 54. Nothing below `smallest_side`.
  static std::optional<NowcastSides> output_sides(std::int64_t input_side);
  /// Pixel [0, 0] of each whole output lies over this row and column of the input, in pixels of that output, whatever
  /// the side: as in training at 256, where outputs are centred. It is not the centre for other sides than 256 + 16 k.
  static constexpr NowcastSides output_offsets{10, 22, 46, 101};

  /// Decoder layers count before cropping: 28,961,349,120 for the paper's network at 256 x 256. This is the published
  /// network's nominal count; folded upsampling (kernels/upsampled_convolution.hpp) gets by with fewer.
  std::int64_t forward_flops(std::int64_t height, std::int64_t width) const override;
  NowcastTiling tiling() const override;
  std::int64_t forward_bytes(std::int64_t pixels) const override;

 private:
  torch::Tensor extrapolated(const torch::Tensor& input, std::size_t output, std::int64_t margin,
                             const torch::Tensor& like) const;

  std::array<torch::nn::Conv2d, 4> encoder_{nullptr, nullptr, nullptr, nullptr};
  std::array<torch::nn::Conv2d, 4> decoder_{nullptr, nullptr, nullptr, nullptr};
  std::array<torch::nn::Conv2d, 3> coarse_heads_{nullptr, nullptr, nullptr};
  std::array<torch::nn::Conv2d, 3> fine_head_{nullptr, nullptr, nullptr};
};

}  // namespace stormsweep
