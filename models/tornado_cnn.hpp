#pragma once

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <array>
#include <cstdint>

namespace stormsweep {

/// Choices of the tornado network beside its fixed shape.
struct TornadoCnnOptions {
  bool pool_last = false;  ///< average-pool after the third convolution too, as the course network it derives from
  double dropout = 0;      ///< probability that a channel of a sample is zeroed after each ReLU, in training
  torch::ScalarType convolution_type = torch::kFloat32;  ///< arithmetic of the convolutions; weights stay float32
};

/// The CNN of Basalyga et al. 2021: three 5x5 same convolutions, 3 -> 8 -> 16 -> 32 channels, each with ReLU, average
/// pooling by 2 after the first two, and one dense unit. 18,705 parameters (17,169 with pool_last).
class TornadoCnn : public torch::nn::Module {
 public:
  static constexpr std::int64_t side = 32;   ///< points along a patch
  static constexpr std::int64_t layers = 3;  ///< convolutions
  static constexpr std::int64_t kernel = 5;
  static constexpr std::array<std::int64_t, layers + 1> channels{3, 8, 16, 32};

  /// Weights and biases uniform in +-1/sqrt(fan in), PyTorch's default, drawn from a generator of `seed` alone.
  TornadoCnn(const TornadoCnnOptions& options, std::uint64_t seed);

  /// Logits [n] of `input` [n, 3, 32, 32], standardised. In training mode with dropout, draws from the default
  /// generator.
  torch::Tensor forward(const torch::Tensor& input) { return forward(input, draw_dropout(input)); }

  /// What multiplies each channel of each sample after layer i: [n, channels[i + 1]], 0 or 1 / (1 - dropout);
  /// undefined tensors where nothing is dropped.
  using Dropout = std::array<torch::Tensor, layers>;
  Dropout draw_dropout(const torch::Tensor& input) const;
  torch::Tensor forward(const torch::Tensor& input, const Dropout& dropout);

  /// FLOP of the forward pass of one sample, one multiply-add counted as 2, convolutions and dense unit only.
  std::int64_t forward_flops() const;

  const TornadoCnnOptions& options() const { return options_; }
  const torch::nn::Conv2d& convolution(std::size_t layer) const { return convolutions_[layer]; }
  const torch::nn::Linear& dense() const { return dense_; }

 private:
  bool pooled(std::int64_t layer) const { return layer + 1 < layers || options_.pool_last; }

  TornadoCnnOptions options_;
  std::array<torch::nn::Conv2d, layers> convolutions_{nullptr, nullptr, nullptr};
  torch::nn::Linear dense_{nullptr};
};

}  // namespace stormsweep
