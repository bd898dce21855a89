#include "datasets/climate/regridding.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "search/base/random.hpp"

using namespace stormsweep;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

std::vector<float> regridded(const ClimateGrid& from, const ClimateGrid& to, RegridMethod method,
                             const std::vector<float>& in) {
  std::vector<float> out(static_cast<std::size_t>(to.cells()));
  Regridding(from, to, method).apply(in, out);
  return out;
}

/// Mean over the Earth, cells bounded halfway.
double mean_of(const ClimateGrid& grid, const std::vector<float>& map) {
  const auto borders = row_borders(grid.latitudes);
  double sum = 0;
  for (std::size_t y = 0; y < grid.latitudes.size(); ++y) {
    const auto sine = [&](std::size_t i) { return std::sin(borders[i] * std::numbers::pi / 180); };
    for (std::size_t x = 0; x < grid.longitudes.size(); ++x)
      sum += (sine(y + 1) - sine(y)) / 2 * map[y * grid.longitudes.size() + x];
  }
  return sum / static_cast<double>(grid.width());
}

}  // namespace

TEST_CASE("conservative: hemispheres of quarters, worked out by hand") {
  // From 2 x 4 cells to 1 x 2: each is the mean of 2 x 2, as both hemispheres are as large.
  const ClimateGrid from{{-45, 45}, {45, 135, 225, 315}}, half{{0}, {90, 270}};
  const std::vector<float> map{1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(regridded(from, half, RegridMethod::conservative, map) == std::vector<float>{3.5, 5.5});
  // Two columns turned by 90 degrees: the second reaches over 0 E, from 225 to 45 E and thus over columns 3, 4, 1.
  const ClimateGrid turned{{0}, {135, 315}};
  const auto got = regridded(from, turned, RegridMethod::conservative, map);
  CHECK(got[0] == doctest::Approx((0.5 * 1 + 2 + 0.5 * 3) / 2 / 2 + (0.5 * 5 + 6 + 0.5 * 7) / 2 / 2));
  CHECK(got[1] == doctest::Approx((0.5 * 3 + 4 + 0.5 * 1) / 2 / 2 + (0.5 * 7 + 8 + 0.5 * 5) / 2 / 2));
}

TEST_CASE("conservative: rows weigh as their areas do") {
  // Rows bounded at 30 N: sin 30 = 1/2, so each of the two northern rows covers half of the hemisphere.
  const ClimateGrid from{{-45, 15, 45}, {90, 270}}, to{{-45, 45}, {180}};
  CHECK(row_borders(from.latitudes) == std::vector<double>{-90, -15, 30, 90});
  const auto got = regridded(from, to, RegridMethod::conservative, {1, 1, 2, 2, 4, 4});
  CHECK(got[1] == doctest::Approx(0.5 * 2 + 0.5 * 4));
  const double south = std::sin(std::numbers::pi / 12);  // of 15 degrees
  CHECK(got[0] == doctest::Approx((1 - south) * 1 + south * 2));
}

TEST_CASE("conservative: what is on the Earth stays on it, between any two grids") {
  RandomStream stream(4);
  const ClimateGrid grids[] = {
      even_grid(7, 9), even_grid(20, 20), even_grid(48, 72), {{-90, -45, 0, 45, 90}, {0, 60, 120, 180, 240, 300}}};
  for (const ClimateGrid& from : grids) {
    std::vector<float> map(static_cast<std::size_t>(from.cells()));
    for (float& value : map) value = static_cast<float>(stream.uniform(0, 10));
    for (const ClimateGrid& to : grids)
      CHECK(mean_of(to, regridded(from, to, RegridMethod::conservative, map)) == doctest::Approx(mean_of(from, map)));
  }
}

TEST_CASE("bilinear: between centres, over 0 E, and towards the poles, worked out by hand") {
  const ClimateGrid from{{-60, 0, 60}, {0, 90, 180, 270}};
  const std::vector<float> map{1, 1, 1, 1, 10, 20, 30, 40, 2, 4, 6, 8};
  const ClimateGrid to{{-75, 0, 15, 75, 90}, {45, 315}};
  const auto got = regridded(from, to, RegridMethod::bilinear, map);
  CHECK(got[0] == 1);                                      // the southern row and its mean
  CHECK(got[2] == 15);                                     // between 0 and 90 E
  CHECK(got[3] == 25);                                     // between 270 and 360 E: 40 and 10
  CHECK(got[4] == doctest::Approx(0.75 * 15 + 0.25 * 3));  // a quarter of the way to 60 N
  CHECK(got[6] == doctest::Approx(0.5 * 3 + 0.5 * 5));     // halfway to the pole: the mean of 2 4 6 8
  CHECK(got[7] == doctest::Approx(0.5 * 5 + 0.5 * 5));
  CHECK(got[8] == 5);
  CHECK(got[9] == 5);
}

TEST_CASE("bilinear: a field of the latitude stays what it is, at centres exactly") {
  const ClimateGrid from = even_grid(18, 12), to = even_grid(36, 30);
  std::vector<float> map;
  for (const double latitude : from.latitudes) map.insert(map.end(), 12, static_cast<float>(latitude));
  const auto there = regridded(from, to, RegridMethod::bilinear, map);
  for (std::size_t i = 30; i + 30 < there.size(); ++i) CHECK(there[i] == doctest::Approx(to.latitudes[i / 30]));
  CHECK(regridded(from, from, RegridMethod::bilinear, map) == map);
}

TEST_CASE("missing cells weigh nothing; a cell without any known source is missing") {
  const ClimateGrid from{{-45, 45}, {45, 135, 225, 315}}, to{{-45, 45}, {90, 270}};
  const std::vector<float> map{1, missing, missing, missing, 5, 6, 7, 8};
  for (const RegridMethod method : {RegridMethod::conservative, RegridMethod::bilinear}) {
    const auto got = regridded(from, to, method, map);
    CHECK(got[0] == 1);
    CHECK(std::isnan(got[1]));
    CHECK(got[2] == 5.5f);
    CHECK(got[3] == 7.5f);
  }
}
