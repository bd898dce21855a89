#include "datasets/labels/sphere_regions.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

/// The pixels of the region of `start`, which are removed from `left`; in no order.
std::vector<std::int64_t> flood(const WeatherGrid& grid, std::vector<std::uint8_t>& left, std::int64_t start,
                                Neighbours neighbours) {
  const std::int64_t height = grid.height(), width = grid.width();
  const bool periodic = grid.periodic();
  std::vector<std::int64_t> pixels{start};
  left[static_cast<std::size_t>(start)] = 0;
  const auto visit = [&](std::int64_t row, std::int64_t column) {
    if (row < 0 || row >= height) return;
    if (column < 0 || column >= width) {
      if (!periodic) return;
      column = column < 0 ? width - 1 : 0;
    }
    std::uint8_t& pixel = left[static_cast<std::size_t>(row * width + column)];
    if (std::exchange(pixel, std::uint8_t{0}) != 0) pixels.push_back(row * width + column);
  };
  for (std::size_t i = 0; i < pixels.size(); ++i) {  // NOLINT(modernize-loop-convert): `pixels` grows meanwhile
    const std::int64_t row = pixels[i] / width, column = pixels[i] % width;
    visit(row - 1, column), visit(row + 1, column), visit(row, column - 1), visit(row, column + 1);
    if (neighbours == Neighbours::four) continue;
    visit(row - 1, column - 1), visit(row - 1, column + 1), visit(row + 1, column - 1), visit(row + 1, column + 1);
  }
  return pixels;
}

/// First column and number of columns of the narrowest box around `pixels`.
std::pair<std::int64_t, std::int64_t> columns_of(const WeatherGrid& grid, const std::vector<std::int64_t>& pixels) {
  const std::int64_t width = grid.width();
  std::vector<bool> taken(static_cast<std::size_t>(width));
  for (const std::int64_t pixel : pixels) taken[static_cast<std::size_t>(pixel % width)] = true;
  const std::int64_t first = std::ranges::find(taken, true) - taken.begin();
  std::int64_t last = first, begin = first, widest = 0;  // of the gaps between taken columns
  for (std::int64_t column = first + 1; column < width; ++column) {
    if (!taken[static_cast<std::size_t>(column)]) continue;
    if (column - last - 1 > widest) widest = column - last - 1, begin = column;
    last = column;
  }
  const std::int64_t around = width - (last - first + 1);  // the gap across the edge
  if (!grid.periodic() || around >= widest) return {first, last - first + 1};
  return {begin, width - widest};
}

SphereBox box_of(const WeatherGrid& grid, const std::vector<std::int64_t>& pixels) {
  const double half_row = std::abs(grid.row_step()) / 2, column = grid.column_step();
  const double one = grid.latitudes[static_cast<std::size_t>(pixels.front() / grid.width())];
  const double other = grid.latitudes[static_cast<std::size_t>(pixels.back() / grid.width())];
  const auto [first, columns] = columns_of(grid, pixels);
  const double west = grid.longitudes[static_cast<std::size_t>(first)] - column / 2;
  return {std::max(std::min(one, other) - half_row, -90.0), std::min(std::max(one, other) + half_row, 90.0), west,
          west + static_cast<double>(columns) * column};
}

}  // namespace

std::vector<SphereRegion> sphere_regions(const WeatherGrid& grid, std::span<const std::uint8_t> mask,
                                         Neighbours neighbours) {
  std::vector<std::uint8_t> left(mask.begin(), mask.end());
  const std::vector<double> areas = grid.row_areas();
  std::vector<SphereRegion> regions;
  for (std::size_t start = 0; start < left.size(); ++start) {
    if (left[start] == 0) continue;
    SphereRegion& region = regions.emplace_back();
    region.pixels = flood(grid, left, static_cast<std::int64_t>(start), neighbours);
    std::ranges::sort(region.pixels);
    for (const std::int64_t pixel : region.pixels) region.area += areas[static_cast<std::size_t>(pixel / grid.width())];
    region.box = box_of(grid, region.pixels);
    const SphereBox& box = region.box;
    region.length = great_circle(box.south, 0, box.north, std::min(box.east - box.west, 180.0));
    region.extent = earth_radius * degree * (box.north - box.south);
  }
  return regions;
}

}  // namespace stormsweep
