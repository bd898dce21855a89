#include "models/nowcast_loss.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>
#include <random>
#include <utility>
#include <vector>

using namespace stormsweep;
using doctest::Approx;

namespace {

using Outputs = std::vector<torch::Tensor>;
constexpr std::array<std::int64_t, 4> whole_sides{12, 20, 36, 54};

Outputs draw_outputs(std::int64_t n) {
  Outputs outputs(4);
  for (std::size_t i = 0; i < 4; ++i) outputs[i] = torch::randn({n, 6, whole_sides[i], whole_sides[i]});
  return outputs;
}

/// Pixel by pixel: output pixel [y, x] at 1/scale lies over the block of truth pixels from scale * (y + offset) on.
double brute_force_loss(const Outputs& outputs, const torch::Tensor& truth) {
  const auto t = truth.accessor<float, 4>();
  double loss = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto o = outputs[i].accessor<float, 4>();
    const std::int64_t scale = 8 >> i, side = 48 / scale, margin = (o.size(2) - side) / 2;
    double squares = 0;
    for (std::int64_t n = 0; n < o.size(0); ++n)
      for (std::int64_t frame = 0; frame < 6; ++frame)
        for (std::int64_t y = 0; y < side; ++y)
          for (std::int64_t x = 0; x < side; ++x) {
            const std::int64_t top = (t.size(2) - 48) / 2 + scale * y, left = (t.size(3) - 48) / 2 + scale * x;
            double mean = 0;
            for (std::int64_t k = 0; k < scale * scale; ++k)
              mean += t[n][frame][top + k / scale][left + k % scale] / static_cast<double>(scale * scale);
            const double difference = o[n][frame][margin + y][margin + x] - mean;
            squares += difference * difference;
          }
    loss += squares / static_cast<double>(o.size(0) * 6 * side * side);
  }
  return loss;
}

}  // namespace

TEST_CASE("the loss equals a sum pixel by pixel") {
  torch::manual_seed(1);
  const auto outputs = draw_outputs(3);
  const auto truth = torch::randn({3, 6, 256, 256});
  CHECK(nowcast_loss(outputs, truth).item<double>() == Approx(brute_force_loss(outputs, truth)).epsilon(1e-5));
}

TEST_CASE("the loss of constants is what a hand computes") {
  Outputs outputs(4);
  for (std::size_t i = 0; i < 4; ++i)
    outputs[i] = torch::full({1, 6, whole_sides[i], whole_sides[i]}, static_cast<double>(i));
  // (0 - 5)^2 + (1 - 5)^2 + (2 - 5)^2 + (3 - 5)^2
  CHECK(nowcast_loss(outputs, torch::full({1, 6, 256, 256}, 5.0)).item<double>() == Approx(54));
}

TEST_CASE("only the centre 48 km count") {
  torch::manual_seed(1);
  auto outputs = draw_outputs(2);
  auto truth = torch::randn({2, 6, 256, 256});
  const double before = nowcast_loss(outputs, truth).item<double>();
  outputs[3][0][0][2].fill_(100);  // rows 3 ... 50 of 54 count
  truth[0][0][103].fill_(100);     // rows 104 ... 151 of 256 count
  CHECK(nowcast_loss(outputs, truth).item<double>() == before);
  truth[0][0][104].fill_(100);
  CHECK(nowcast_loss(outputs, truth).item<double>() != before);
}

TEST_CASE("gradients reach all four outputs with equal weights") {
  auto outputs = draw_outputs(2);
  for (auto& output : outputs) output.requires_grad_();
  nowcast_loss(outputs, torch::zeros({2, 6, 256, 256})).backward();
  for (std::size_t i = 0; i < 4; ++i) {
    const double pixels = 2.0 * 6 * static_cast<double>(nowcast_loss_sides[i] * nowcast_loss_sides[i]);
    const auto expected = centre(outputs[i].detach(), nowcast_loss_sides[i]) * 2 / pixels;
    CHECK(torch::allclose(centre(outputs[i].grad(), nowcast_loss_sides[i]), expected));
  }
}

TEST_CASE("one output counts as that of full resolution") {
  torch::manual_seed(2);
  const auto output = torch::randn({2, 6, 52, 52}), truth = torch::randn({2, 6, 256, 256});
  const double expected = (centre(output, 48) - centre(truth, 48)).square().mean().item<double>();
  CHECK(nowcast_loss(std::vector{output}, truth).item<double>() == Approx(expected));
}

TEST_CASE("balanced: errors count by the rain that was seen, as a hand computes") {
  // Shi et al. 2017: weights 1, 2, 5, 10, 30 below and from 2, 5, 10, 30 mm/h on.
  const std::vector<std::pair<double, double>> weight_of_rain{{0, 1}, {1.99, 1}, {2, 2},   {4.99, 2}, {5, 5},
                                                              {9, 5}, {10, 10},  {29, 10}, {30, 30},  {80, 30}};
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> drawn(0.05, 2);
  for (int k = 0; k < 20; ++k) {  // the statistics decide which thresholds are rounded to below themselves
    const double mean = drawn(random), deviation = drawn(random);
    CAPTURE(mean);
    CAPTURE(deviation);
    const RainWeights weights = balanced_rain(mean, deviation, 0.01);
    for (const auto& [rain, weight] : weight_of_rain) {
      CAPTURE(rain);
      const auto stored = torch::full({1, 6, 48, 48}, std::round(rain * 100));
      const auto truth = (stored * 0.01F - mean) * static_cast<float>(1 / deviation);
      CHECK(nowcast_loss(std::vector{truth + 2}, truth, weights).item<double>() == Approx(4 * weight).epsilon(1e-4));
    }
  }
}
