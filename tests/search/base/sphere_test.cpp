#include "search/base/sphere.hpp"

#include <doctest/doctest.h>

#include <numbers>

using namespace stormsweep;

TEST_CASE("great circles of the Earth") {
  constexpr double pi = std::numbers::pi;
  CHECK(great_circle(0, 0, 0, 90) == doctest::Approx(6371 * pi / 2));
  CHECK(great_circle(-90, 12, 90, 200) == doctest::Approx(6371 * pi));
  CHECK(great_circle(60, 350, 60, 10) == doctest::Approx(great_circle(60, 0, 60, 20)));
  CHECK(great_circle(50, 7, 50.001, 7) == doctest::Approx(6371 * 0.001 * pi / 180));
  // Frankfurt to San Francisco, 9147 km on a sphere of 6371 km
  CHECK(great_circle(50.0264, 8.5431, 37.6152, -122.39) == doctest::Approx(9147).epsilon(0.002));
}
