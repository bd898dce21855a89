#include "datasets/labels/cyclone_labels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

#include "datasets/labels/sphere_vicinity.hpp"

using namespace stormsweep;

namespace {

constexpr double radian = std::numbers::pi / 180;

struct Storm {
  double latitude = 0, longitude = 0;
  double core = 3;      // K
  double drop = 3000;   // Pa
  double wind = 40;     // m/s, cyclonic
  double radius = 1.5;  // degrees, of the strongest wind
};

/// Quiet weather, warmer and moister towards the equator, on a grid of 0.75 degrees, and storms.
struct World {
  World() {
    for (std::size_t row = 0; row < grid.latitudes.size(); ++row) {
      const double cosine = std::cos(grid.latitudes[row] * radian);
      for (std::int64_t i = 0; i < grid.width(); ++i) {
        psl.push_back(101000), t200.push_back(static_cast<float>(205 + 15 * cosine));
        t500.push_back(static_cast<float>(235 + 33 * cosine)), tmq.push_back(static_cast<float>(45 * cosine));
        u850.push_back(5), v850.push_back(0), prect.push_back(0);
      }
    }
  }

  void plant(const Storm& storm) {
    const double turn = (storm.latitude > 0 ? 1 : -1) * storm.wind;
    for (std::size_t i = 0; i < psl.size(); ++i) {
      const double latitude = grid.latitudes[i / 480], longitude = grid.longitudes[i % 480];
      const double y = (latitude - storm.latitude) / storm.radius;
      const double x = std::remainder(longitude - storm.longitude, 360) * std::cos(latitude * radian) / storm.radius;
      const double shape = std::exp((1 - x * x - y * y) / 2), near = std::exp(-(x * x + y * y) / 2);
      u850[i] -= static_cast<float>(turn * shape * y), v850[i] += static_cast<float>(turn * shape * x);
      psl[i] -= static_cast<float>(storm.drop * near), prect[i] += static_cast<float>(1e-6 * near);
      t200[i] += static_cast<float>(storm.core * near), t500[i] += static_cast<float>(storm.core * near);
      tmq[i] += static_cast<float>(20 * near);
    }
  }
  CycloneFields fields() const { return {tmq, u850, v850, psl, t200, t500, prect}; }
  std::vector<Cyclone> found(const CycloneRule& rule = {}) const { return find_cyclones(grid, fields(), rule); }
  std::int64_t pixel(double latitude, double longitude) const {
    return std::llround((latitude + 90) / 0.75) * 480 + std::llround(longitude / 0.75);
  }

  WeatherGrid grid = global_grid(241, 480);
  std::vector<float> tmq, u850, v850, psl, t200, t500, prect;
};

bool contains(const Cyclone& storm, std::int64_t pixel) {
  return std::ranges::binary_search(storm.pixels, pixel);
}

}  // namespace

TEST_CASE("cyclones: on both hemispheres and across the last column, each once") {
  World world;
  world.plant({.latitude = 18, .longitude = 120});
  world.plant({.latitude = -15, .longitude = 60, .wind = 36});
  world.plant({.latitude = 21, .longitude = 359.25, .wind = 34});
  const auto found = world.found();
  REQUIRE(found.size() == 3);
  CHECK(found[0].centre == world.pixel(18, 120));
  CHECK(found[1].centre == world.pixel(-15, 60));
  CHECK(found[2].centre == world.pixel(21, 359.25));
  for (const Cyclone& storm : found) {
    CHECK(contains(storm, storm.centre));
    CHECK(storm.pressure_drop == doctest::Approx(3000).epsilon(0.05));
    CHECK(storm.warm_core == doctest::Approx(3).epsilon(0.1));
    // A Gaussian pressure is half as deep at 1.18 radii, 1.77 degrees; rings are 0.75 degrees wide.
    CHECK(storm.radius > 1.4);
    CHECK(storm.radius < 2.3);
  }
  CHECK(contains(found[2], world.pixel(21, 0.75)));
  CHECK(contains(found[2], world.pixel(21, 358.5)));
  const auto mask = cyclone_labels(world.grid, world.fields(), {});
  std::size_t pixels = 0;
  for (const Cyclone& storm : found) pixels += storm.pixels.size();
  CHECK(std::ranges::count(mask, 1) == static_cast<std::int64_t>(pixels));
}

TEST_CASE("cyclones: a label is what stands out of the box about the storm") {
  World world;
  world.plant({.latitude = 18, .longitude = 120});
  const Cyclone storm = world.found().at(0);
  const double half = storm.radius + 6.6;
  const double box = std::pow(2 * std::floor(half / 0.75 + 1e-6) + 1, 2);
  // Each of three variables marks 7 % of the box: discs and a ring around one centre.
  CHECK(static_cast<double>(storm.pixels.size()) > 0.069 * box);
  CHECK(static_cast<double>(storm.pixels.size()) < 0.14 * box);
  for (const std::int64_t pixel : storm.pixels) {
    CHECK(std::abs(pixel / 480 - storm.centre / 480) * 0.75 < 4);
    CHECK(std::abs(pixel % 480 - storm.centre % 480) * 0.75 < 4);
  }
}

TEST_CASE("cyclones: cold cores, shallow lows, weak and anticyclonic vortices are none") {
  const Storm storm{.latitude = 25, .longitude = 200};
  const auto none_of = [](Storm planted) {
    World world;
    world.plant(planted);
    return world.found().empty();
  };
  CHECK(!none_of(storm));
  Storm cold = storm, shallow = storm, weak = storm, anticyclonic = storm;
  cold.core = -3, shallow.drop = 300, weak.wind = 6, anticyclonic.wind = -40;
  CHECK(none_of(cold));
  CHECK(none_of(shallow));
  CHECK(none_of(weak));
  CHECK(none_of(anticyclonic));
  Storm cool = storm;
  cool.core = 0;  // as warm as its surroundings
  CHECK(none_of(cool));
}

TEST_CASE("cyclones: each threshold is sharp") {
  World world;
  world.plant({.latitude = -18, .longitude = 120});
  const Cyclone storm = world.found().at(0);
  for (const double factor : {0.9999, 1.0001}) {
    const std::size_t expected = factor < 1 ? 1 : 0;
    CycloneRule rule;
    rule.vorticity = factor * storm.vorticity;
    CHECK(world.found(rule).size() == expected);
    rule = {};
    rule.warm_core = factor * storm.warm_core;
    CHECK(world.found(rule).size() == expected);
    rule = {};
    rule.pressure_drop = factor * storm.pressure_drop;
    CHECK(world.found(rule).size() == expected);
  }
}

TEST_CASE("cyclones: many peaks of vorticity about one low are one storm") {
  World world;
  world.plant({.latitude = 18, .longitude = 120});
  for (const double east : {-1.5, 1.5})
    world.plant({.latitude = 18.75, .longitude = 120 + east, .core = 0, .drop = 0, .radius = 0.75});
  CHECK(world.found().size() == 1);
}

TEST_CASE("cyclones: missing values are never part of one") {
  World world;
  world.plant({.latitude = 18, .longitude = 120});
  const auto centre = static_cast<std::size_t>(world.pixel(18, 120));
  const float missing = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  world.tmq[centre + 1] = world.u850[centre + 1] = world.prect[centre + 1] = missing;
  world.psl[centre + 480] = -infinity, world.t500[centre + 480] = infinity;
  const auto found = world.found();
  REQUIRE(found.size() == 1);
  CHECK(!contains(found[0], static_cast<std::int64_t>(centre) + 1));
  CHECK(contains(found[0], static_cast<std::int64_t>(centre) + 2));
  CHECK(std::isfinite(found[0].pressure_drop));
  CHECK(std::isfinite(found[0].warm_core));
  std::ranges::fill(world.t500, missing);
  CHECK(world.found().empty());
}

TEST_CASE("cyclones: a ring without any known pressure does not end the storm") {
  World world;
  world.plant({.latitude = 18, .longitude = 120});
  const Cyclone whole = world.found().at(0);
  REQUIRE(whole.radius > 1.4);
  SphereVicinity(world.grid).disc(whole.centre, 1.499, [&](std::int64_t pixel, double away) {
    if (away >= 0.75) world.psl[static_cast<std::size_t>(pixel)] = std::numeric_limits<float>::quiet_NaN();
  });
  const Cyclone holed = world.found().at(0);
  CHECK(holed.centre == whole.centre);
  CHECK(holed.radius == whole.radius);
}

TEST_CASE("cyclones: on a coarse grid the distances grow with the pixels") {
  const WeatherGrid grid = global_grid(32, 48);  // 5.8 degrees a row
  const auto size = static_cast<std::size_t>(32 * 48);
  std::vector<float> tmq(size, 20), u(size), v(size), psl(size, 101000), t(size, 250), rain(size);
  const std::size_t centre = 19 * 48 + 30;
  for (std::size_t i = 0; i < size; ++i) {
    const double y = static_cast<double>(i / 48) - 19, x = static_cast<double>(i % 48) - 30;
    const auto near = static_cast<float>(std::exp(-(x * x + y * y) / 2));
    psl[i] -= 3000 * near, t[i] += 3 * near, tmq[i] += 20 * near, rain[i] = near;
    u[i] = static_cast<float>(-200 * y) * near, v[i] = static_cast<float>(200 * x) * near;
  }
  const auto found = find_cyclones(grid, {tmq, u, v, psl, t, t, rain}, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].centre == static_cast<std::int64_t>(centre));
  CHECK(contains(found[0], found[0].centre));
}
