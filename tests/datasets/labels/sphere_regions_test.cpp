#include "datasets/labels/sphere_regions.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <random>

using namespace stormsweep;

namespace {

constexpr double pi = std::numbers::pi;

/// 18 x 36 pixels of 10 degrees, rows from 85 S to 85 N, columns from 0 E.
WeatherGrid ten_degrees() {
  WeatherGrid grid;
  for (int row = 0; row < 18; ++row) grid.latitudes.push_back(-85 + 10 * row);
  for (int column = 0; column < 36; ++column) grid.longitudes.push_back(10 * column);
  return grid;
}

std::vector<std::uint8_t> mask_of(const WeatherGrid& grid, const std::vector<std::int64_t>& pixels) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(grid.height() * grid.width()));
  for (const std::int64_t pixel : pixels) mask[static_cast<std::size_t>(pixel)] = 1;
  return mask;
}

/// The smallest number of a region identifies it, and spreads from neighbour to neighbour until nothing changes.
std::vector<std::vector<std::int64_t>> slow_regions(const WeatherGrid& grid, const std::vector<std::uint8_t>& mask,
                                                    bool diagonals) {
  const std::int64_t height = grid.height(), width = grid.width();
  std::vector<std::int64_t> least(mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i) least[i] = static_cast<std::int64_t>(i);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::int64_t i = 0; i < height * width; ++i) {
      for (std::int64_t j = 0; j < height * width; ++j) {
        if (!mask[static_cast<std::size_t>(i)] || !mask[static_cast<std::size_t>(j)]) continue;
        const std::int64_t rows = std::abs(i / width - j / width);
        std::int64_t columns = std::abs(i % width - j % width);
        if (grid.periodic()) columns = std::min(columns, width - columns);
        if (rows > 1 || columns > 1 || (!diagonals && rows + columns > 1)) continue;
        if (least[static_cast<std::size_t>(j)] < least[static_cast<std::size_t>(i)])
          least[static_cast<std::size_t>(i)] = least[static_cast<std::size_t>(j)], changed = true;
      }
    }
  }
  std::map<std::int64_t, std::vector<std::int64_t>> regions;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i]) regions[least[i]].push_back(static_cast<std::int64_t>(i));
  }
  std::vector<std::vector<std::int64_t>> result;
  for (const auto& [first, pixels] : regions) result.push_back(pixels);
  return result;
}

}  // namespace

TEST_CASE("sphere regions: the same as by brute force, on maps that go round the Earth and on others") {
  std::mt19937 random(5);
  for (int trial = 0; trial < 60; ++trial) {
    WeatherGrid grid = global_grid(7, 9);
    if (trial % 2 == 1) grid.longitudes = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    REQUIRE(grid.periodic() == (trial % 2 == 0));
    std::vector<std::uint8_t> mask(63);
    for (auto& pixel : mask) pixel = random() % 100 < 45 ? 1 : 0;
    for (const bool diagonals : {false, true}) {
      const auto expected = slow_regions(grid, mask, diagonals);
      const auto found = sphere_regions(grid, mask, diagonals ? Neighbours::eight : Neighbours::four);
      REQUIRE(found.size() == expected.size());
      for (std::size_t r = 0; r < found.size(); ++r) CHECK(found[r].pixels == expected[r]);
    }
  }
}

TEST_CASE("sphere regions: area, length and extent of pixels, by hand") {
  const WeatherGrid grid = ten_degrees();
  // Rows 9 and 10 (0 to 20 N), columns 3 to 5 (25 to 55 E).
  const auto regions =
      sphere_regions(grid, mask_of(grid, {9 * 36 + 3, 9 * 36 + 4, 9 * 36 + 5, 10 * 36 + 3, 10 * 36 + 4, 10 * 36 + 5}),
                     Neighbours::four);
  REQUIRE(regions.size() == 1);
  CHECK(regions[0].box.south == doctest::Approx(0));
  CHECK(regions[0].box.north == doctest::Approx(20));
  CHECK(regions[0].box.west == doctest::Approx(25));
  CHECK(regions[0].box.east == doctest::Approx(55));
  CHECK(regions[0].area == doctest::Approx(6371. * 6371 * (30 * pi / 180) * std::sin(20 * pi / 180)));
  CHECK(regions[0].extent == doctest::Approx(6371 * 20 * pi / 180));
  // cos d = cos 20 cos 30
  CHECK(regions[0].length == doctest::Approx(6371 * std::acos(std::cos(20 * pi / 180) * std::cos(30 * pi / 180))));
}

TEST_CASE("sphere regions: the whole Earth has its area, once from pole to pole and half round") {
  for (const WeatherGrid& grid : {ten_degrees(), global_grid(13, 24)}) {
    const std::vector<std::uint8_t> all(static_cast<std::size_t>(grid.height() * grid.width()), 1);
    const auto regions = sphere_regions(grid, all, Neighbours::four);
    REQUIRE(regions.size() == 1);
    CHECK(regions[0].area == doctest::Approx(4 * pi * 6371 * 6371));
    CHECK(regions[0].extent == doctest::Approx(pi * 6371));
    CHECK(regions[0].length == doctest::Approx(pi * 6371));
    CHECK(regions[0].box.east - regions[0].box.west == doctest::Approx(360));
  }
}

TEST_CASE("sphere regions: a box across the last column is as narrow as one that is not") {
  WeatherGrid grid = ten_degrees();
  const std::int64_t row = 12 * 36;
  const auto inside = sphere_regions(grid, mask_of(grid, {row + 10, row + 11, row + 12}), Neighbours::four);
  const auto across = sphere_regions(grid, mask_of(grid, {row + 35, row + 0, row + 1}), Neighbours::four);
  REQUIRE(across.size() == 1);
  CHECK(across[0].length == doctest::Approx(inside[0].length));
  CHECK(across[0].area == doctest::Approx(inside[0].area));
  CHECK(across[0].box.west == doctest::Approx(345));
  CHECK(across[0].box.east == doctest::Approx(375));

  grid.longitudes.pop_back();  // 350 degrees of the Earth: its edges are edges
  CHECK(!grid.periodic());
  std::vector<std::uint8_t> mask(18 * 35);
  mask[12 * 35] = mask[12 * 35 + 34] = 1;
  CHECK(sphere_regions(grid, mask, Neighbours::eight).size() == 2);
}

TEST_CASE("sphere regions: a ring around the Earth is long, though its ends meet") {
  const WeatherGrid grid = ten_degrees();
  std::vector<std::int64_t> pixels;
  for (std::int64_t column = 0; column < 36; ++column) pixels.push_back(14 * 36 + column);  // 50 to 60 N
  const auto regions = sphere_regions(grid, mask_of(grid, pixels), Neighbours::four);
  REQUIRE(regions.size() == 1);
  CHECK(regions[0].length == doctest::Approx(6371 * 70 * pi / 180));  // from 50 N over the pole to 60 N
}
