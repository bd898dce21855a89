#include "datasets/labels/sphere_vicinity.hpp"

#include <doctest/doctest.h>

#include <map>
#include <numbers>
#include <set>

#include "datasets/labels/sphere_regions.hpp"
#include "search/base/sphere.hpp"

using namespace stormsweep;

TEST_CASE("sphere vicinity: a disc is every pixel that is near, each once, with its distance") {
  WeatherGrid regional;
  for (int i = 0; i < 30; ++i) regional.latitudes.push_back(70 - i), regional.longitudes.push_back(2 * i);
  for (const WeatherGrid& grid : {global_grid(37, 72), regional}) {
    const SphereVicinity vicinity(grid);
    const std::int64_t width = grid.width(), pixels = grid.height() * width;
    for (const std::int64_t centre : {std::int64_t{0}, width * 2 + 1, pixels / 2, pixels - 2}) {
      for (const double degrees : {1.0, 12.0, 100.0}) {
        std::map<std::int64_t, double> found;
        vicinity.disc(centre, degrees,
                      [&](std::int64_t pixel, double away) { CHECK(found.emplace(pixel, away).second); });
        for (std::int64_t i = 0; i < pixels; ++i) {
          const auto place = [&](std::int64_t p, bool row) {
            return row ? grid.latitudes[static_cast<std::size_t>(p / width)]
                       : grid.longitudes[static_cast<std::size_t>(p % width)];
          };
          const double expected =
              great_circle(place(centre, true), place(centre, false), place(i, true), place(i, false)) /
              (earth_radius * std::numbers::pi / 180);
          if (expected < degrees - 1e-4) REQUIRE(found.count(i) == 1);
          if (expected > degrees + 1e-4) REQUIRE(found.count(i) == 0);
          if (found.count(i)) REQUIRE(found[i] == doctest::Approx(expected).epsilon(1e-4));
        }
      }
    }
  }
}

TEST_CASE("sphere vicinity: a box goes round the Earth, and comes back to no pixel") {
  const WeatherGrid grid = global_grid(19, 36);  // 10 degrees
  const SphereVicinity vicinity(grid);
  const auto box = [&](std::int64_t centre, double latitudes, double longitudes) {
    std::multiset<std::int64_t> pixels;
    vicinity.box(centre, latitudes, longitudes, [&](std::int64_t pixel) { pixels.insert(pixel); });
    return pixels;
  };
  CHECK(box(9 * 36 + 35, 10, 10) == std::multiset<std::int64_t>{8 * 36, 8 * 36 + 34, 8 * 36 + 35, 9 * 36, 9 * 36 + 34,
                                                                9 * 36 + 35, 10 * 36, 10 * 36 + 34, 10 * 36 + 35});
  CHECK(box(5, 9.9, 9.9) == std::multiset<std::int64_t>{5});
  const auto all = box(9 * 36 + 7, 900, 900);
  CHECK(all.size() == 19 * 36);
  CHECK(std::set(all.begin(), all.end()).size() == 19 * 36);
}
