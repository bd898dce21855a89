#pragma once

#include <cstdint>
#include <string>

#include <torch/nn/modules/batchnorm.h>

namespace stormsweep {

/// What lies beyond the left and right edge of a map. Above and below, and beyond the edges of a region, are zeros.
enum class Longitude { open, periodic };

/// Of a convolution that keeps a map's sides, or divides or (transposed) multiplies them by `stride`.
struct ConvolutionSizes {
  std::int64_t in, out;     ///< channels
  std::int64_t kernel;      ///< side of the kernel, odd
  std::int64_t stride = 1;  ///< 1 or 2; transposed: always 2
  std::int64_t dilation = 1;
  bool bias = true, transposed = false, normalised = false;  ///< `normalised`: batch norm behind it
  double gain = 1;                                           ///< factor of the first weights
};

/// A layer of the segmentation networks and of the emulator's encoder. `longitude` says what it sees beyond the left
/// and right edge; above and below are zeros. Padding is kernel / 2 * dilation on all sides, as the published code pads
/// strided convolutions too; a transposed convolution spreads pixel i to pixels 2 i, 2 i + 1, 2 i + 2, as TensorFlow's
/// of even sides does.
class MapConvolution : public torch::nn::Module {
 public:
  /// He-uniform weights (He et al. 2015): within +- gain sqrt(6 / fan in); biases 0.
  MapConvolution(const ConvolutionSizes& sizes, Longitude longitude, torch::ScalarType type, at::Generator& generator);

  /// [n, out, height, width] of `map` [n, in, height, width]. In the asked type where the device has instructions for
  /// it; else operands are rounded to that type, and float32 computes, which is many times faster.
  torch::Tensor forward(const torch::Tensor& map);
  /// ReLU of it.
  torch::Tensor rectified(const torch::Tensor& map);
  /// Its sparse activation (models/kernels/sparse_activation.hpp), with dropout of `rate`.
  torch::Tensor activated(const torch::Tensor& map, double rate);

  /// conv5x5, ...: see LayerFlops.
  std::string kind() const;
  const ConvolutionSizes& sizes() const { return sizes_; }
  const torch::Tensor& weight() const { return weight_; }
  const torch::Tensor& bias() const { return bias_; }

 private:
  torch::Tensor computed(const torch::Tensor& map, const torch::Tensor& bias) const;
  torch::Tensor convolve(torch::Tensor map, torch::Tensor weight, const torch::Tensor& bias) const;

  ConvolutionSizes sizes_;
  Longitude longitude_;
  torch::ScalarType type_;
  torch::Tensor weight_, bias_;
  torch::nn::BatchNorm2d norm_{nullptr};
};

/// The largest of 3x3 pixels, every second row and column; pads as TensorFlow does, behind even sides.
torch::Tensor pooled(const torch::Tensor& map, Longitude longitude);

}  // namespace stormsweep
