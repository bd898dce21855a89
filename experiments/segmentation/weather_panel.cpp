#include "experiments/segmentation/weather_panel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stormsweep {

namespace {

constexpr double fill_share = 0.5;
constexpr Colour white{255, 255, 255}, line{150, 150, 150};

/// Edge to edge, degrees.
double span_of(const std::vector<double>& degrees) {
  const auto count = static_cast<double>(degrees.size());
  return std::abs(degrees.back() - degrees.front()) * count / (count - 1);
}

/// `values` [height, width] with row 0 in the north.
template <class Values>
std::vector<typename Values::value_type> north_up(const WeatherGrid& grid, const Values& values) {
  std::vector<std::remove_const_t<typename Values::value_type>> result(values.begin(), values.end());
  if (grid.latitudes.front() > grid.latitudes.back()) return result;
  const std::int64_t height = grid.height(), width = grid.width();
  for (std::int64_t row = 0; row < height / 2; ++row)
    std::swap_ranges(result.begin() + row * width, result.begin() + (row + 1) * width,
                     result.begin() + (height - 1 - row) * width);
  return result;
}

Colour pale_grey(Colour colour) {
  const auto light = static_cast<std::uint8_t>(0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue);
  return mixed({light, light, light}, white, 0.35);
}

void lay_class(Picture& picture, const std::vector<std::uint8_t>& mask, Colour colour) {
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0) picture.pixels[i] = mixed(picture.pixels[i], colour, fill_share);
}

/// Dots along the lines of round latitudes and longitudes.
void draw_graticule(Drawing& drawing, const Box& box, const WeatherGrid& grid) {
  for (const Tick& tick : latitude_ticks(grid, box.height()))
    drawing.dot_right(box.top + tick.place, box.left, box.width(), line);
  for (const Tick& tick : longitude_ticks(grid, box.width()))
    drawing.dot_down(box.top, box.left + tick.place, box.height(), line);
}

/// The multiples between two edges of the smallest round step that gives six at most.
std::vector<double> round_degrees(double low, double high) {
  double step = 90;
  for (const double wider : {60, 30, 20, 10, 5, 2, 1}) {
    if ((high - low) / wider > 6.5) break;
    step = wider;
  }
  std::vector<double> result;
  for (double value = std::ceil(low / step) * step; value <= high; value += step) result.push_back(value);
  return result;
}

}  // namespace

Colour mixed(Colour paper, Colour colour, double share) {
  const auto mix = [&](std::uint8_t from, std::uint8_t to) {
    return static_cast<std::uint8_t>(std::lround(from + share * (to - from)));
  };
  return {mix(paper.red, colour.red), mix(paper.green, colour.green), mix(paper.blue, colour.blue)};
}

std::vector<Tick> latitude_ticks(const WeatherGrid& grid, std::int64_t panel_height) {
  const auto [low, high] = std::minmax(grid.latitudes.front(), grid.latitudes.back());
  const double half = (span_of(grid.latitudes) - (high - low)) / 2, north = high + half, south = low - half;
  std::vector<Tick> ticks;
  for (const double latitude : round_degrees(std::max(south, -89.0), std::min(north, 89.0))) {
    const char* const side = latitude > 0 ? "N" : latitude < 0 ? "S" : "";
    const auto place =
        static_cast<std::int64_t>((north - latitude) / (north - south) * static_cast<double>(panel_height));
    ticks.push_back({std::min(place, panel_height - 1), fmt::format("{:g}°{}", std::abs(latitude), side)});
  }
  return ticks;
}

std::vector<Tick> longitude_ticks(const WeatherGrid& grid, std::int64_t panel_width) {
  const double span = span_of(grid.longitudes);
  const double west = grid.longitudes.front() - span / static_cast<double>(grid.width()) / 2;
  std::vector<Tick> ticks;
  for (const double longitude : round_degrees(west, west + span)) {
    const double east = std::remainder(longitude, 360);
    const char* const side = east == 0 || std::abs(east) == 180 ? "" : east > 0 ? "E" : "W";
    const auto place = static_cast<std::int64_t>((longitude - west) / span * static_cast<double>(panel_width));
    ticks.push_back({std::min(place, panel_width - 1), fmt::format("{:g}°{}", std::abs(east), side)});
  }
  return ticks;
}

PanelSize panel_size(const WeatherGrid& grid, std::int64_t side) {
  const double down = span_of(grid.latitudes), across = span_of(grid.longitudes), longer = std::max(down, across);
  const auto pixels = [&](double degrees) {
    return std::max<std::int64_t>(1, std::llround(degrees / longer * static_cast<double>(side)));
  };
  return {pixels(down), pixels(across)};
}

void draw_weather_panel(Drawing& drawing, const Box& box, const WeatherGrid& grid, std::span<const float> field,
                        const ColourScale& scale, const std::optional<std::vector<std::uint8_t>>& classes) {
  const std::int64_t height = grid.height(), width = grid.width();
  Picture picture = coloured(north_up(grid, field), height, width, scale);
  std::array<std::vector<std::uint8_t>, class_colours.size()> masks;
  if (classes) {
    std::ranges::transform(picture.pixels, picture.pixels.begin(), pale_grey);
    const std::vector<std::uint8_t> labels = north_up(grid, *classes);
    for (std::size_t i = 0; i < masks.size(); ++i) {
      masks[i].resize(labels.size());
      std::ranges::transform(labels, masks[i].begin(), [&](std::uint8_t value) { return value == i + 1 ? 1 : 0; });
      lay_class(picture, masks[i], class_colours[i]);
    }
  }
  drawing.show(picture, box);
  for (std::size_t i = 0; classes && i < masks.size(); ++i)
    drawing.encircle(masks[i], height, width, box, class_colours[i]);
  draw_graticule(drawing, box, grid);
}

}  // namespace stormsweep
