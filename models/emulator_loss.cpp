#include "models/emulator_loss.hpp"

#include <torch/utils.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace stormsweep {

namespace {

using std::numbers::pi;

constexpr std::int64_t gabor_side = 7, orientations = 8;
constexpr double gabor_aspect = 0.5;
constexpr double dice_guard = 1e-6;
constexpr double root_guard = 1e-12;  // under square roots: their gradient stays finite where nothing differs

/// Of `x` and `y`, pixels from the centre.
torch::Tensor gabor_function(const torch::Tensor& x, const torch::Tensor& y, double angle, double wavelength,
                             double deviation) {
  const auto along = x * std::cos(angle) + y * std::sin(angle), across = y * std::cos(angle) - x * std::sin(angle);
  const auto distance = along.square() + gabor_aspect * gabor_aspect * across.square();
  const auto wave = (-distance / (2 * deviation * deviation)).exp() * (2 * pi / wavelength * along).cos();
  return wave / wave.abs().sum();
}

/// [3, 1, 3, 3]: dxx, dxy, dyy.
torch::Tensor second_differences(const torch::TensorOptions& options) {
  return torch::tensor({0, 0, 0, 1, -2, 1, 0, 0, 0, 1, 0, -1, 0, 0, 0, -1, 0, 1, 0, 1, 0, 0, -2, 0, 0, 1, 0}, options)
      .view({3, 1, 3, 3});
}

}  // namespace

torch::Tensor dice_loss(const torch::Tensor& prediction, const torch::Tensor& truth) {
  const auto both = (prediction * truth).sum();
  return 1 - 2 * both / (prediction.square().sum() + truth.square().sum() + dice_guard);
}

torch::Tensor gabor_kernels(const torch::TensorOptions& options) {
  const auto x = torch::arange(gabor_side, torch::kFloat64) - gabor_side / 2;
  std::vector<torch::Tensor> kernels;
  for (const double deviation : {1.0, 2.0})
    for (const double wavelength : {3.0, 5.0})
      for (std::int64_t k = 0; k < orientations; ++k)
        kernels.push_back(
            gabor_function(x, x.unsqueeze(1), static_cast<double>(k) * pi / orientations, wavelength, deviation));
  return torch::stack(kernels).unsqueeze(1).to(options);
}

torch::Tensor polar_grid(std::int64_t height, std::int64_t width, const torch::TensorOptions& options) {
  const double y = 0.5 * static_cast<double>(height - 1), x = 0.5 * static_cast<double>(width - 1);
  const double corner = std::hypot(y, x);
  const auto radii = torch::linspace(0, corner, static_cast<std::int64_t>(corner), torch::kFloat64).unsqueeze(1);
  const auto angles = torch::linspace(0, 2 * pi, width, torch::kFloat64);
  return torch::stack({radii * angles.cos() / x, radii * angles.sin() / y}, 2).to(options);
}

TemperatureLoss::TemperatureLoss(const EmulatorLossWeights& weights, std::int64_t height, std::int64_t width,
                                 const torch::TensorOptions& options)
    : weights_(weights),
      gabor_kernels_(gabor_kernels(options)),
      second_differences_(second_differences(options)),
      points_(points_of(polar_grid(height, width, options), height, width)) {}

TemperatureLoss::Points TemperatureLoss::points_of(const torch::Tensor& grid, std::int64_t height, std::int64_t width) {
  const auto place = [&](std::int64_t axis, std::int64_t side) {
    const auto last = static_cast<double>(side - 1);
    return ((grid.select(2, axis).flatten() + 1) * (last / 2)).clamp(0, last);
  };
  const auto x = place(0, width), y = place(1, height);
  const auto west = x.floor().clamp_max(width - 2), south = y.floor().clamp_max(height - 2);
  return {(south * width + west).to(torch::kInt64), x - west, y - south};
}

torch::Tensor TemperatureLoss::gabor(const torch::Tensor& prediction, const torch::Tensor& truth) const {
  const auto difference = (prediction - truth).unsqueeze(1);
  return torch::conv2d(difference, gabor_kernels_, {}, 1, gabor_side / 2).abs().mean();
}

torch::Tensor TemperatureLoss::hessian(const torch::Tensor& prediction, const torch::Tensor& truth) const {
  const auto difference = (prediction - truth).unsqueeze(1);
  const auto curved = torch::conv2d(difference, second_differences_, {}, 1, 1).square().mean({0, 2, 3});
  return (curved[0] + 2 * curved[1] + curved[2] + root_guard).sqrt();
}

/// LibTorch's grid_sampler does the same, but its backward pass adds in no fixed order on a GPU. So does that of gather
/// on a GPU, and that of index on a processor.
torch::Tensor TemperatureLoss::polar(const torch::Tensor& prediction, const torch::Tensor& truth) const {
  const auto width = truth.size(2);
  const auto values = (prediction - truth).flatten(1);
  const auto corner = [&](std::int64_t beyond) {
    const auto pixels = points_.pixel + beyond;
    return values.is_cpu() ? values.gather(1, pixels.expand({values.size(0), -1}))
                           : values.index({torch::indexing::Slice(), pixels});
  };
  return torch::lerp(torch::lerp(corner(0), corner(1), points_.east),
                     torch::lerp(corner(width), corner(width + 1), points_.east), points_.north)
      .abs()
      .mean();
}

torch::Tensor TemperatureLoss::operator()(const torch::Tensor& prediction, const torch::Tensor& truth) const {
  auto loss = torch::l1_loss(prediction, truth);
  if (weights_.gabor != 0) loss = loss + weights_.gabor * gabor(prediction, truth);
  if (weights_.hessian != 0) loss = loss + weights_.hessian * hessian(prediction, truth);
  if (weights_.polar != 0) loss = loss + weights_.polar * polar(prediction, truth);
  return loss;
}

torch::Tensor precipitation_loss(const torch::Tensor& prediction, const torch::Tensor& truth,
                                 const EmulatorLossWeights& weights) {
  return weights.dice * dice_loss(prediction, truth) + weights.mse * torch::mse_loss(prediction, truth);
}

}  // namespace stormsweep
