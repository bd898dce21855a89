#pragma once

#include <torch/types.h>

#include <cstdint>

namespace stormsweep {

// The emulator's losses (Jacob et al. 2025). Maps are [n, height, width] float32 or float64, standardised; each result
// is a scalar with the graph for backward.
//
// Dice and Hessian are computed over all samples at once and are not means of per-sample losses: a batch in parts, as
// over the ranks of a gang, is trained on the mean of the parts' losses, weighted by samples.

/// Weights of the parts of the loss; the defaults are published ones.
struct EmulatorLossWeights {
  double gabor = 0.5, hessian = 0.2, polar = 0.3;  ///< of temperature, beside the mean absolute difference
  double dice = 0.7, mse = 0.3;                    ///< of precipitation; also tried: 1 and 0, 0.5 and 0.5
};

/// 1 - 2 sum(p t) / (sum(p^2) + sum(t^2) + 1e-6), the sums over all pixels of all samples.
torch::Tensor dice_loss(const torch::Tensor& prediction, const torch::Tensor& truth);

/// [32, 1, 7, 7] Gabor functions: orientation k pi / 8 (k = 0 ... 7, fastest), wavelength 3 and 5 pixels, deviation 1
/// and 2 pixels (slowest); aspect 0.5, phase 0; each divided by the sum of its absolute values.
torch::Tensor gabor_kernels(const torch::TensorOptions& options = torch::kFloat32);

/// [radii, angles, 2], (x, y) in -1 ... 1 from first to last pixel, of points around the centre of a map: radii from 0
/// to the corners' distance, as many as that has whole pixels (42 at 48 x 72); as many angles as columns, from 0 to
/// 2 pi, both included.
torch::Tensor polar_grid(std::int64_t height, std::int64_t width,
                         const torch::TensorOptions& options = torch::kFloat32);

/// The loss of temperature, on maps of one size, type and device. Its kernels and grids are made on the processor, once
/// and not at every step, so that a step only launches work and can be recorded (worker/training/recorded_pass.hpp).
class TemperatureLoss {
 public:
  TemperatureLoss(const EmulatorLossWeights& weights, std::int64_t height, std::int64_t width,
                  const torch::TensorOptions& options = torch::kFloat32);

  /// Mean absolute difference of what the Gabor kernels find in the two, with zeros around the maps.
  torch::Tensor gabor(const torch::Tensor& prediction, const torch::Tensor& truth) const;

  /// Root of the mean of dxx^2 + 2 dxy^2 + dyy^2 of the difference, in pixels: second differences (1, -2, 1), and dxy
  /// of the four corners without the usual quarter, as published; zeros around the map.
  torch::Tensor hessian(const torch::Tensor& prediction, const torch::Tensor& truth) const;

  /// Mean absolute difference on polar_grid: bilinear; beyond the border, the border's values. The centre weighs most.
  torch::Tensor polar(const torch::Tensor& prediction, const torch::Tensor& truth) const;

  /// Mean absolute difference, and the three above by their weights; a part of weight 0 is not computed.
  torch::Tensor operator()(const torch::Tensor& prediction, const torch::Tensor& truth) const;

 private:
  /// Where each point of polar_grid lies: the first of its four pixels, and how far beyond that one it is.
  struct Points {
    torch::Tensor pixel, east, north;
  };
  static Points points_of(const torch::Tensor& grid, std::int64_t height, std::int64_t width);

  EmulatorLossWeights weights_;
  torch::Tensor gabor_kernels_, second_differences_;
  Points points_;
};

/// `dice` times Dice and `mse` times the mean squared error.
torch::Tensor precipitation_loss(const torch::Tensor& prediction, const torch::Tensor& truth,
                                 const EmulatorLossWeights& weights);

}  // namespace stormsweep
