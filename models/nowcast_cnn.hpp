#pragma once

#include <torch/nn/modules/conv.h>

#include <array>
#include <cstdint>
#include <optional>

namespace stormsweep {

struct NowcastCnnOptions {
  std::int64_t base_filters = 64;  ///< f: the encoder has f, 2f, 4f, 8f channels; 64 is the paper's
  torch::ScalarType convolution_type = torch::kFloat32;  ///< arithmetic of the convolutions; weights stay float32
};

/// Sides of the outputs at 1/8, 1/4, 1/2 and full resolution for an input of one side.
using NowcastSides = std::array<std::int64_t, 4>;

/// Which pixels of the outputs are computed.
enum class NowcastExtent {
  whole,
  inner,  ///< O2 without its outermost pixel, O1 without its outermost 3: at 256, O1's centre 48 and no more
};

/// The multi-resolution CNN of Samsi et al. 2019: 7 past frames in, 6 future frames out at four resolutions; valid
/// convolutions throughout, so that a larger image is computed as its parts are. 17,395,992 parameters at 64 base
/// filters; 256 x 256 in gives outputs of 12, 20, 36 and 54 pixels a side.
///
/// Encoder: four 7x7 convolutions of stride 2, E1 ... E4. Decoder: 7x7 convolutions of a map upsampled by 2 (nearest)
/// beside an encoder map, cut to the size of the output before it upsampled: D1 ... D4; 5x5 convolutions give O8, O4,
/// O2, three of 7x7 give O1. ReLU but for outputs.
class NowcastCnn : public torch::nn::Module {
 public:
  static constexpr std::int64_t inputs = 7, outputs = 6;

  /// He-normal weights (Adam and ReLU: not told by the paper), zero biases, from a generator of `seed` alone.
  NowcastCnn(const NowcastCnnOptions& options, std::uint64_t seed);

  /// O8, O4, O2, O1, each [n, 6, height_i, width_i] float32, of `input` [n, 7, height, width], standardised. Throws
  /// std::invalid_argument where a side is less than `smallest_side`.
  /// Layers keep the input's memory format. Measured on an AVX2 processor the default one trains faster than
  /// channels-last with 64 filters, equally fast with 8; bf16 is 15 times slower there (no instructions for it).
  std::array<torch::Tensor, 4> forward(const torch::Tensor& input, NowcastExtent extent = NowcastExtent::whole);

  /// What the network takes: every side from this one on. Output sides grow by 2, 4, 8, 16 pixels with each 16 of the
  /// input beyond 203, 219, ..., 251, ...; pixels between these, at the right and lower edge, are not looked at.
  static constexpr std::int64_t smallest_side = 203;
  /// The sides of whole outputs: 256 -> 12, 20, 36, 54. Nothing below `smallest_side`.
  static std::optional<NowcastSides> output_sides(std::int64_t input_side);
  /// Pixel [0, 0] of each whole output lies over this row and column of the input, in pixels of that output, whatever
  /// the side: as in training at 256, where outputs are centred. It is not the centre for other sides than 256 + 16 k.
  static constexpr NowcastSides output_offsets{10, 22, 46, 101};

  /// FLOP of the forward pass of one sample, one multiply-add counted as 2, convolutions only, those of the decoder
  /// before cropping: 28,961,349,120 for the paper's network at 256 x 256. This is the published network's nominal
  /// count; folded upsampling (see nowcast_cnn.cpp) gets by with fewer.
  std::int64_t forward_flops(std::int64_t height, std::int64_t width) const;

  const NowcastCnnOptions& options() const { return options_; }

 private:
  torch::Tensor convolve(const torch::nn::Conv2d& layer, const torch::Tensor& input, std::int64_t stride = 1) const;
  torch::Tensor decode(const torch::nn::Conv2d& layer, const torch::Tensor& coarse, const torch::Tensor& skip,
                       std::int64_t margin) const;

  NowcastCnnOptions options_;
  std::array<torch::nn::Conv2d, 4> encoder_{nullptr, nullptr, nullptr, nullptr};
  std::array<torch::nn::Conv2d, 4> decoder_{nullptr, nullptr, nullptr, nullptr};
  std::array<torch::nn::Conv2d, 3> coarse_heads_{nullptr, nullptr, nullptr};
  std::array<torch::nn::Conv2d, 3> fine_head_{nullptr, nullptr, nullptr};
};

}  // namespace stormsweep
