#include "models/emulator_loss.hpp"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <torch/utils.h>

#include <functional>
#include <numbers>

using namespace stormsweep;
using std::numbers::pi;

namespace {

/// The maps of the check values: truth sin(2 pi x / 12) cos(2 pi y / 8) on 48 x 72, prediction 0.5 truth + 0.1.
struct Waves {
  torch::Tensor truth = ((2 * pi / 8 * torch::arange(48, torch::kFloat64)).cos().unsqueeze(1) *
                         (2 * pi / 12 * torch::arange(72, torch::kFloat64)).sin())
                            .unsqueeze(0);
  torch::Tensor prediction = 0.5 * truth + 0.1;
};

void check_near(const torch::Tensor& value, double expected, double within) {
  CAPTURE(value.item<double>());
  CHECK(std::abs(value.item<double>() - expected) < within);
}

TemperatureLoss temperature_loss(const torch::Tensor& maps, const EmulatorLossWeights& weights = {}) {
  return TemperatureLoss(weights, maps.size(1), maps.size(2), maps.options());
}

/// Slope along a random direction, by differences and by backward.
void check_slope(const std::function<torch::Tensor(const torch::Tensor&)>& loss) {
  torch::manual_seed(3);
  const auto at = torch::randn({2, 6, 8}, torch::kFloat64), direction = torch::randn_like(at);
  const auto variable = at.clone().requires_grad_();
  const auto slope = torch::autograd::grad({loss(variable)}, {variable})[0];
  const double step = 1e-7;
  const double difference = (loss(at + step * direction) - loss(at - step * direction)).item<double>() / (2 * step);
  CHECK(difference == doctest::Approx((slope * direction).sum().item<double>()).epsilon(1e-6));
}

}  // namespace

TEST_CASE("losses of waves have the values worked out beforehand, in float64 and in float32") {
  const Waves waves;
  EmulatorLossWeights weights;
  weights.dice = weights.mse = 0.5;
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    const auto prediction = waves.prediction.to(type), truth = waves.truth.to(type);
    const auto loss = temperature_loss(truth, weights);
    const auto temperature = loss(prediction, truth);
    check_near(loss.gabor(prediction, truth), 0.0618766, 1e-6);
    check_near(temperature, 0.4271942, 1e-6);
    check_near(dice_loss(prediction, truth), 0.2248062, 1e-6);
    check_near(torch::mse_loss(prediction, truth), 0.0725, 1e-6);
    check_near(temperature + precipitation_loss(prediction, truth, weights), 0.5758473, 1e-6);
  }
}

TEST_CASE("there are 32 Gabor kernels, normalised, orientations fastest") {
  const auto kernels = gabor_kernels(torch::kFloat64);
  CHECK(kernels.sizes() == torch::IntArrayRef{32, 1, 7, 7});
  check_near(kernels[0][0][3][3], 0.1225032, 1e-7);
  check_near(kernels[31][0][3][3], 0.0538924, 1e-7);
  CHECK(torch::allclose(kernels.abs().sum({1, 2, 3}), torch::ones({32}, torch::kFloat64)));
  // Orientation 4 is orientation 0 turned by a right angle.
  for (const std::int64_t first : {0, 8, 16, 24})
    CHECK(torch::allclose(kernels[first + 4], kernels[first].transpose(1, 2)));
  // Wavelengths alternate, deviations do not: wider functions have smaller centres.
  for (const std::int64_t first : {0, 8})
    check_near(kernels[first][0][3][2] / kernels[first][0][3][3],
               std::exp(-0.5) * std::cos(2 * pi / (first == 0 ? 3 : 5)), 1e-12);
}

TEST_CASE("the Hessian of a point, by hand") {
  auto point = torch::zeros({1, 5, 6}, torch::kFloat64);
  point[0][2][2] = 1;
  // dxx and dyy: 1, -2, 1; dxy: +-1 in four corners. On 30 pixels.
  const auto loss = temperature_loss(point);
  check_near(loss.hessian(point, torch::zeros_like(point)), std::sqrt((6 + 2 * 4 + 6) / 30.0), 1e-9);
  const auto still = point.clone().requires_grad_();
  loss.hessian(still, point).backward();
  CHECK(still.grad().isfinite().all().item<bool>());
}

TEST_CASE("the polar grid goes from the centre to the corners, once around") {
  const auto grid = polar_grid(48, 72, torch::kFloat64);
  CHECK(grid.sizes() == torch::IntArrayRef{42, 72, 2});
  CHECK(grid[0].abs().max().item<double>() == 0);
  CHECK(torch::allclose(grid.select(1, 0), grid.select(1, 71)));
  const auto pixels = grid * torch::tensor({35.5, 23.5}, torch::kFloat64);
  check_near(pixels[41].square().sum(1).sqrt().max(), std::hypot(35.5, 23.5), 1e-9);
  check_near(pixels[41].square().sum(1).sqrt().min(), std::hypot(35.5, 23.5), 1e-9);
  check_near(pixels[1][0][0], std::hypot(35.5, 23.5) / 41, 1e-9);
  // A plane is found again where the grid lies on the map: bilinear.
  const auto plane = torch::arange(72, torch::kFloat64).expand({1, 48, 72});
  const auto inside = pixels.slice(0, 0, 23).select(2, 0) + 35.5;
  const auto beyond = (pixels.slice(0, 23).select(2, 0) + 35.5).clamp(0, 71);
  check_near(temperature_loss(plane).polar(plane, torch::zeros_like(plane)),
             torch::cat({inside, beyond}).mean().item<double>(), 1e-9);
}

TEST_CASE("Dice looks at the whole batch, and guards against empty maps") {
  const auto prediction = torch::tensor({1.0, 0.0, 2.0, 0.0}, torch::kFloat64).view({2, 1, 2});
  const auto truth = torch::tensor({1.0, 0.0, 0.0, 3.0}, torch::kFloat64).view({2, 1, 2});
  check_near(dice_loss(prediction, truth), 1 - 2 * 1.0 / (5 + 10 + 1e-6), 1e-12);
  check_near(dice_loss(torch::zeros_like(truth), torch::zeros_like(truth)), 1, 1e-12);
  check_near(precipitation_loss(prediction, truth, {.dice = 0.7, .mse = 0.3}),
             0.7 * (1 - 2 / (15 + 1e-6)) + 0.3 * 13.0 / 4, 1e-12);
}

TEST_CASE("slopes of every part agree with finite differences") {
  torch::manual_seed(5);
  const auto truth = torch::randn({2, 6, 8}, torch::kFloat64);
  const auto temperature = temperature_loss(truth);
  check_slope([&](const torch::Tensor& maps) { return dice_loss(maps, truth); });
  check_slope([&](const torch::Tensor& maps) { return temperature.gabor(maps, truth); });
  check_slope([&](const torch::Tensor& maps) { return temperature.hessian(maps, truth); });
  check_slope([&](const torch::Tensor& maps) { return temperature.polar(maps, truth); });
  check_slope([&](const torch::Tensor& maps) { return temperature(maps, truth); });
  check_slope([&](const torch::Tensor& maps) { return precipitation_loss(maps, truth, {}); });
}

TEST_CASE("slopes of the polar part have the same bits on any number of threads") {
  torch::manual_seed(7);
  const auto truth = torch::randn({32, 48, 72});
  const auto loss = temperature_loss(truth);
  const auto slope_on = [&](int threads) {
    torch::set_num_threads(threads);
    const auto maps = torch::zeros_like(truth).requires_grad_();
    return torch::autograd::grad({loss.polar(maps, truth)}, {maps})[0];
  };
  const int usual = torch::get_num_threads();
  const auto one = slope_on(1);
  for (int k = 0; k < 10; ++k) CHECK(slope_on(3).equal(one));
  torch::set_num_threads(usual);
}
