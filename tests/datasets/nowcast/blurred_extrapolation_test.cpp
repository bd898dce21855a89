#include "datasets/nowcast/blurred_extrapolation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "datasets/nowcast/nowcast_patch_draw.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

constexpr std::int64_t side = 64, margin = (side - nowcast_centre) / 2;

std::vector<float> noise(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0, 4);
  std::vector<float> frames(nowcast_targets * side * side);
  for (float& value : frames) value = uniform(random);
  return frames;
}

/// Sum over the pixels of the patch with the Gaussian's weights, the patch's edge repeated beyond it.
double gaussian_mean(const std::vector<float>& frames, std::int64_t lead, std::int64_t row, std::int64_t column,
                     double sigma) {
  double sum = 0, weights = 0;
  const auto reach = static_cast<std::int64_t>(4 * sigma);
  for (std::int64_t y = -reach; y <= reach; ++y)
    for (std::int64_t x = -reach; x <= reach; ++x) {
      const double weight = std::exp(-static_cast<double>(y * y + x * x) / (2 * sigma * sigma));
      const auto r = std::clamp<std::int64_t>(row + y, 0, side - 1),
                 c = std::clamp<std::int64_t>(column + x, 0, side - 1);
      sum += weight * frames[static_cast<std::size_t>((lead * side + r) * side + c)];
      weights += weight;
    }
  return sum / weights;
}

}  // namespace

TEST_CASE("blurred extrapolation: a Gaussian that sees the pixels around the middle, times the factor") {
  const std::vector<float> frames = noise(1);
  NowcastBlurs blurs;
  blurs[0] = {.sigma = 0, .factor = 0.5f};
  blurs[5] = {.sigma = 2, .factor = 0.8f};
  const std::vector<float> result = blurred_centre(frames, side, blurs);
  REQUIRE(result.size() == nowcast_targets * nowcast_centre * nowcast_centre);
  const auto at = [&](std::int64_t lead, std::int64_t row, std::int64_t column) {
    return result[static_cast<std::size_t>((lead * nowcast_centre + row) * nowcast_centre + column)];
  };
  for (const auto& [row, column] : {std::pair{0, 0}, {0, 47}, {20, 30}, {47, 3}}) {
    CHECK(at(0, row, column) ==
          Approx(0.5 * frames[static_cast<std::size_t>((margin + row) * side + margin + column)]));
    CHECK(at(1, row, column) == frames[static_cast<std::size_t>((side + margin + row) * side + margin + column)]);
    CHECK(at(5, row, column) == Approx(0.8 * gaussian_mean(frames, 5, margin + row, margin + column, 2)).epsilon(1e-4));
  }
}

TEST_CASE("a whole frame is blurred alike; what is missing counts as dry") {
  const std::vector<float> frames = noise(2);
  const auto pixels = static_cast<std::size_t>(side * side);
  std::vector<float> holed(frames.begin(), frames.begin() + side * side), filled = holed;
  const auto hole = static_cast<std::size_t>((margin + 3) * side + margin + 4);
  holed[hole] = std::numeric_limits<float>::quiet_NaN(), filled[hole] = 0;
  const std::vector<float> result = blurred(holed, side, side, {.sigma = 2, .factor = 0.5f});
  REQUIRE(result.size() == pixels);
  for (const auto& [row, column] : {std::pair{3, 4}, {5, 5}, {20, 30}})
    CHECK(result[static_cast<std::size_t>((margin + row) * side + margin + column)] ==
          Approx(0.5 * gaussian_mean(filled, 0, margin + row, margin + column, 2)).epsilon(1e-4));
}

TEST_CASE("blurred extrapolation: the fit finds the blur and the factor that made the truth") {
  NowcastBlurs made;
  made[1] = {.sigma = 1, .factor = 0.7f};
  made[2] = {.sigma = 4, .factor = 1.25f};
  made[4] = {.sigma = 12, .factor = 0.25f};
  BlurFit fit;
  for (unsigned patch = 0; patch < 3; ++patch) {
    const std::vector<float> frames = noise(patch), middle = blurred_centre(frames, side, made);
    std::vector<float> truth = noise(patch + 10);  // around the middle: anything
    for (std::int64_t lead = 0; lead < nowcast_targets; ++lead)
      for (std::int64_t row = 0; row < nowcast_centre; ++row)
        for (std::int64_t column = 0; column < nowcast_centre; ++column)
          truth[static_cast<std::size_t>((lead * side + margin + row) * side + margin + column)] =
              middle[static_cast<std::size_t>((lead * nowcast_centre + row) * nowcast_centre + column)];
    fit.add(frames, truth, side);
  }
  BlurFit twice = fit;
  twice += fit;
  CHECK(twice.best() == fit.best());
  const NowcastBlurs found = fit.best();
  for (std::size_t lead = 0; lead < made.size(); ++lead) {
    CAPTURE(lead);
    CHECK(found[lead].sigma == made[lead].sigma);
    CHECK(found[lead].factor == Approx(made[lead].factor).epsilon(1e-3));
  }
}

TEST_CASE("blurred extrapolation: nothing added, or nothing but dry, leaves the extrapolation as it is") {
  CHECK(BlurFit().best() == NowcastBlurs{});
  BlurFit dry;
  dry.add(std::vector<float>(nowcast_targets * side * side), noise(1), side);
  CHECK(dry.best() == NowcastBlurs{});
}
