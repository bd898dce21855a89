#include "datasets/labels/vorticity.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace stormsweep;

namespace {

constexpr double radian = std::numbers::pi / 180;

/// Winds of an Earth that turns `rate` radians a second faster: u = rate R cos latitude, vorticity 2 rate sin latitude.
struct SolidTurn {
  SolidTurn(const WeatherGrid& grid, double rate) {
    for (const double latitude : grid.latitudes) {
      for (std::int64_t i = 0; i < grid.width(); ++i)
        u.push_back(static_cast<float>(rate * 6371e3 * std::cos(latitude * radian)));
    }
    v.resize(u.size());
  }
  std::vector<float> u, v;
};

}  // namespace

TEST_CASE("vorticity: of a turning Earth, cyclonic on both hemispheres, rows that go north or south") {
  WeatherGrid grid = global_grid(181, 90);
  for (int turned = 0; turned < 2; ++turned) {
    const SolidTurn wind(grid, 1e-5);
    const auto vorticity = cyclonic_vorticity(grid, wind.u, wind.v);
    for (std::size_t row = 1; row < 180; ++row) {
      if (row == 90) continue;
      for (const std::size_t column : {0, 45, 89})
        CHECK(vorticity[row * 90 + column] ==
              doctest::Approx(2e-5 * std::abs(std::sin(grid.latitudes[row] * radian))).epsilon(0.001));
    }
    for (const std::size_t row : {0, 90, 180}) CHECK(std::isnan(vorticity[row * 90]));
    std::ranges::reverse(grid.latitudes);
  }
}

TEST_CASE("vorticity: of winds to and fro along the longitudes, around the Earth and not") {
  WeatherGrid grid = global_grid(61, 360);
  std::vector<float> u(61 * 360), v;
  for (int row = 0; row < 61; ++row) {
    for (int column = 0; column < 360; ++column) v.push_back(static_cast<float>(std::sin(3 * column * radian)));
  }
  const auto vorticity = cyclonic_vorticity(grid, u, v);
  // d v / d longitude = 3 cos(3 longitude)
  for (const std::size_t column : {0, 1, 100, 359})
    CHECK(vorticity[50 * 360 + column] ==
          doctest::Approx(3 * std::cos(3 * static_cast<double>(column) * radian) / (6371e3 * std::cos(60 * radian)))
              .epsilon(0.001));
  for (double& longitude : grid.longitudes) longitude /= 2;
  CHECK(std::isnan(cyclonic_vorticity(grid, u, v)[50 * 360]));
  CHECK(std::isnan(cyclonic_vorticity(grid, u, v)[50 * 360 + 359]));
}
