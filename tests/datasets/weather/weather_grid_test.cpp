#include "datasets/weather/weather_grid.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numbers>

#include "search/base/sphere.hpp"

using namespace stormsweep;

TEST_CASE("weather grid: CAM5's own, 768 x 1152") {
  const WeatherGrid grid = global_grid(768, 1152);
  CHECK(grid.height() == 768);
  CHECK(grid.width() == 1152);
  CHECK(grid.latitudes.front() == -90);
  CHECK(grid.latitudes.back() == 90);
  CHECK(grid.latitudes[1] - grid.latitudes[0] ==
        doctest::Approx(0.23469).epsilon(1e-4));  // the model's, fv 0.23 x 0.31
  CHECK(grid.longitudes.front() == 0);
  CHECK(grid.longitudes.back() == 359.6875);
  CHECK(grid.periodic());
}

TEST_CASE("weather grid: a part of the Earth does not go round it") {
  WeatherGrid grid = global_grid(32, 48);
  grid.longitudes.pop_back();
  CHECK_FALSE(grid.periodic());
}

TEST_CASE("weather grid: areas of rows add up to the Earth's, whichever row is first") {
  WeatherGrid grid = global_grid(37, 48);
  for (int turn = 0; turn < 2; ++turn) {
    double sum = 0;
    for (const double area : grid.row_areas()) sum += 48 * area;
    CHECK(sum == doctest::Approx(4 * std::numbers::pi * earth_radius * earth_radius));
    // At the equator a pixel of 5 x 7.5 degrees is nearly a rectangle.
    CHECK(grid.row_areas()[18] == doctest::Approx(5 * 111.195 * 7.5 * 111.195).epsilon(1e-3));
    CHECK(grid.row_areas()[0] == doctest::Approx(grid.row_areas()[36]));
    std::reverse(grid.latitudes.begin(), grid.latitudes.end());
  }
}
