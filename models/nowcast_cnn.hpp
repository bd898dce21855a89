#pragma once

#include <torch/torch.h>

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

/// The multi-resolution CNN of Samsi et al. 2019: 7 past frames in, 6 future frames out at four resolutions; valid
/// convolutions throughout, so that a larger image is computed as its parts are. 17,395,992 parameters at 64 base
/// filters; 256 x 256 in gives outputs of 12, 20, 36 and 54 pixels a side.
class NowcastCnn : public torch::nn::Module {
 public:
  static constexpr std::int64_t inputs = 7, outputs = 6;

  /// He-normal weights (Adam and ReLU: not told by the paper), zero biases, from a generator of `seed` alone.
  NowcastCnn(const NowcastCnnOptions& options, std::uint64_t seed);

  /// O8, O4, O2, O1, each [n, 6, height_i, width_i] float32, of `input` [n, 7, height, width], standardised. Throws
  /// std::invalid_argument where `output_sides` has nothing for a side.
  std::array<torch::Tensor, 4> forward(const torch::Tensor& input);

  /// Nothing where the network cannot take an input of that side: 256 -> 12, 20, 36, 54.
  static std::optional<NowcastSides> output_sides(std::int64_t input_side);
  /// The side nearest to `input_side` that the network takes, at most and at least.
  static std::int64_t side_below(std::int64_t input_side);  ///< 0: none
  static std::int64_t side_above(std::int64_t input_side);

  /// FLOP of the forward pass of one sample, one multiply-add counted as 2, convolutions only, those of the decoder
  /// before cropping: 28,961,349,120 for the paper's network at 256 x 256.
  std::int64_t forward_flops(std::int64_t height, std::int64_t width) const;

  const NowcastCnnOptions& options() const { return options_; }

 private:
  NowcastCnnOptions options_;
};

}  // namespace stormsweep
