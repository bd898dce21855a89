#pragma once

#include <ATen/core/Generator.h>
#include <torch/nn/modules/conv.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/nowcast_reach.hpp"

namespace stormsweep {

/// Which pixels of the outputs are computed.
enum class NowcastExtent {
  whole,
  inner,  ///< no more than the loss looks at (nowcast_loss.hpp), and what comes without extra cost
};

/// How a network uses the rain carried along its motion (datasets/nowcast/extrapolation.hpp).
enum class NowcastExtrapolation {
  none,
  input,     ///< it is part of the input
  residual,  ///< it is part of the input, and the network says what is to be added to it: 0 before training
  blend,  ///< it is part of the input, and the network says how much it is to be blurred and strengthened (NowcastUnet)
};

/// How much the extrapolation of a lead time is to be smoothed before anything is learned, for `blend`.
struct FirstBlur {
  double sigma = 0;   ///< of the Gaussian, pixels
  double factor = 1;  ///< by which rain is multiplied
};

struct NowcastOptions {
  std::int64_t base_filters = 64;  ///< f: channels of the first layer, to which all others are in proportion
  std::int64_t head_filters = 0;   ///< of NowcastCnn's fine head; 0: in proportion to f, as published
  double negative_slope = 0;       ///< of the activation: 0 is ReLU, more is leaky ReLU
  NowcastExtrapolation extrapolation = NowcastExtrapolation::none;
  double dry = 0;                                        ///< no rain, in the units of the input; for `blend`
  std::array<FirstBlur, 6> first_blurs{};                ///< of the lead times; for `blend`
  torch::ScalarType convolution_type = torch::kFloat32;  ///< arithmetic of the convolutions; weights stay float32
};

/// From past radar frames to those to come, on images of any size: valid convolutions throughout, so that a larger
/// image is computed as its parts are.
class NowcastNetwork : public torch::nn::Module {
 public:
  static constexpr std::int64_t past = 7, outputs = 6;  ///< frames in and out
  static constexpr std::int64_t carried = 2 * outputs;  ///< along the motion: the newest, and the one before it

  NowcastNetwork(const NowcastOptions& options, std::uint64_t seed);

  /// Outputs from the coarsest resolution to that of the input, each [n, 6, ., .] float32 and half as coarse as the one
  /// before. `input` [n, channels(), height, width], standardised: 7 past frames, oldest first, and where it is asked
  /// for the newest and the one before it, carried along the motion to the 6 times. Throws std::invalid_argument where
  /// a side is too small.
  virtual std::vector<torch::Tensor> forward(const torch::Tensor& input,
                                             NowcastExtent extent = NowcastExtent::whole) = 0;
  /// FLOP of the forward pass of one sample, one multiply-add counted as 2, convolutions only.
  virtual std::int64_t forward_flops(std::int64_t height, std::int64_t width) const = 0;
  /// How whole outputs of full resolution lie over the input, along either axis.
  virtual NowcastTiling tiling() const = 0;
  /// Bytes that the forward pass of an input of so many pixels takes at most, beside weights and input.
  virtual std::int64_t forward_bytes(std::int64_t pixels) const = 0;

  const NowcastOptions& options() const { return options_; }
  bool extrapolates() const { return options_.extrapolation != NowcastExtrapolation::none; }
  std::int64_t channels() const { return past + (extrapolates() ? carried : 0); }

 protected:
  /// A convolution with biases of 0 and He's normal weights (He et al. 2015), drawn from the seed.
  torch::nn::Conv2d add(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel);
  /// The activation of `map`, which is overwritten.
  torch::Tensor activated(torch::Tensor map) const;
  /// `tensor` as the convolutions take it: see NowcastOptions::convolution_type.
  torch::Tensor operand(const torch::Tensor& tensor) const;
  /// The same for weights, which some kernels round themselves.
  torch::Tensor weight_operand(const torch::Tensor& tensor) const;
  /// Without an activation, of operands.
  torch::Tensor convolution(const torch::Tensor& images, const torch::Tensor& weight, const torch::Tensor& bias) const;
  torch::Tensor convolve(const torch::nn::Conv2d& layer, const torch::Tensor& input) const;
  torch::Tensor convolve_activated(const torch::nn::Conv2d& layer, const torch::Tensor& input,
                                   std::int64_t stride = 1) const;
  /// The activation of start (or nothing) + the convolution of `images`, which are of the weight's type. With a bias
  /// [m, out] m results for each image.
  torch::Tensor activated_convolution(const torch::Tensor& images, const torch::Tensor& weight,
                                      const torch::Tensor& bias, const torch::Tensor& start) const;
  /// The activation of the convolution of `coarse`, upsampled by 2, beside `skip` (or nothing), without the outermost
  /// `margin` pixels of either.
  torch::Tensor decode(const torch::nn::Conv2d& layer, const torch::Tensor& coarse, const torch::Tensor& skip,
                       std::int64_t margin) const;
  bool corrects() const { return options_.extrapolation == NowcastExtrapolation::residual; }

 private:
  NowcastOptions options_;
  at::Generator generator_;
};

}  // namespace stormsweep
