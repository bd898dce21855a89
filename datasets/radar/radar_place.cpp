#include "datasets/radar/radar_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace stormsweep::radar {

namespace {

constexpr double agreement = 0.05;  // corners may be those of pixels' centres, and are often rounded

constexpr double least_pixel = 10;  // metres: no radar's pixels are smaller

bool known(const std::array<double, 2>& corner) {
  return std::isfinite(corner[0]) && std::isfinite(corner[1]);
}

bool agree(double a, double b) {
  return std::abs(a - b) <= agreement * std::abs(b);
}

/// In words, where the size `told` of a pixel is not `measured`, in metres or in kilometres.
std::string disagreement(const ToldScale& told, const ToldScale& measured) {
  const auto fits = [](double one, double other) { return one == 0 || agree(one, other) || agree(1000 * one, other); };
  if (fits(told.x, measured.x) && fits(told.y, measured.y)) return "";
  return fmt::format(
      "it says that its pixels are {:g} x {:g}, but its corners make them {:.4g} x {:.4g}; the corners are used",
      told.x, told.y, measured.x, measured.y);
}

/// The box from the first known corner and the scale, in the map's unit or in kilometres; nothing without these.
std::optional<MapBox> box_from_one_corner(const MapProjection& map, const RadarGrid& grid, const ToldScale& told) {
  const auto* const corner = std::ranges::find_if(grid.corners, known);
  if (corner == grid.corners.end() || told.x == 0 || told.y == 0) return std::nullopt;
  const auto number = corner - grid.corners.begin();  // lower left, upper left, upper right, lower right
  const bool left = number < 2, lower = number == 0 || number == 3;
  const GeoPoint place{(*corner)[0], (*corner)[1]};
  const MapPoint at = map.forward(place);
  const double unit = 1000 * ground_kilometres(place, map.inverse({at.x + (left ? 1 : -1), at.y}));
  const auto on_map = [&](double one) { return one * unit < least_pixel ? 1000 * one : one; };
  const double width = on_map(told.x) * static_cast<double>(grid.width),
               height = on_map(told.y) * static_cast<double>(grid.height);
  const double west = left ? at.x : at.x - width, south = lower ? at.y : at.y - height;
  return MapBox{west, south, west + width, south + height};
}

/// A pixel's size where corners are missing or wrong: below `least_pixel` it is in kilometres, or in degrees, and then
/// unknown.
double metres_of(double told, const std::string& projection) {
  if (told >= least_pixel) return told;
  const bool degrees =
      projection.find("longlat") != std::string::npos || projection.find("latlong") != std::string::npos;
  return degrees ? 0 : 1000 * told;
}

void take_ground_pixel(RadarGrid& grid, const MapProjection& map, const MapBox& box) {
  const auto [width, height] =
      ground_pixel(map, box, static_cast<double>(grid.width), static_cast<double>(grid.height));
  if (std::isfinite(width) && std::isfinite(height)) grid.pixel_width = 1000 * width, grid.pixel_height = 1000 * height;
}

/// A pixel's size in metres on the ground, along the middle row and the middle column, from the corners alone.
ToldScale spacing_of_corners(const RadarGrid& grid) {
  const auto middle = [&](std::size_t i, std::size_t j) -> GeoPoint {
    return {(grid.corners[i][0] + grid.corners[j][0]) / 2, (grid.corners[i][1] + grid.corners[j][1]) / 2};
  };
  return {1000 * ground_kilometres(middle(0, 1), middle(2, 3)) / static_cast<double>(grid.width),
          1000 * ground_kilometres(middle(0, 3), middle(1, 2)) / static_cast<double>(grid.height)};
}

/// Completes the grid from the corners alone.
std::string place_by_corners(RadarGrid& grid, const ToldScale& told) {
  const ToldScale measured = spacing_of_corners(grid);
  if (agree(told.x, measured.x) && agree(told.y, measured.y)) return "";
  grid.pixel_width = measured.x, grid.pixel_height = measured.y;
  return disagreement(told, measured);
}

std::string place_on_map(RadarGrid& grid, const ToldScale& told, const MapProjection& map) {
  if (!std::ranges::all_of(grid.corners, known)) {
    if (const auto box = box_from_one_corner(map, grid, told)) place_in_box(grid, *box, map);
    return "";
  }
  const auto box = box_of(map, grid.corners);
  if (!box) return "its corners are not those of a rectangle on the map of its projection, so its place is uncertain";
  take_ground_pixel(grid, map, *box);
  return disagreement(told, {(box->east - box->west) / static_cast<double>(grid.width),
                             (box->north - box->south) / static_cast<double>(grid.height)});
}

}  // namespace

std::string place_on_ground(RadarGrid& grid, const ToldScale& told, const std::filesystem::path& path,
                            const std::string& field) {
  grid.pixel_width = metres_of(told.x, grid.projection), grid.pixel_height = metres_of(told.y, grid.projection);
  if (!grid.projection.empty()) {
    const MapProjection map(grid.projection, path.string() + ": " + field);
    grid.projection = map.definition();
    return place_on_map(grid, told, map);
  }
  return std::ranges::all_of(grid.corners, known) ? place_by_corners(grid, told) : "";
}

void place_in_box(RadarGrid& grid, const MapBox& box, const MapProjection& map) {
  grid.projection = map.definition();
  grid.corners = corners_of(map, box);
  take_ground_pixel(grid, map, box);
}

}  // namespace stormsweep::radar
