#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/drawing/colour_scale.hpp"
#include "datasets/drawing/drawing.hpp"
#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// The colours of class 1, tropical cyclones, and class 2, rivers: vermilion and blue, which colour-blind eyes tell
/// apart (Wong 2011, after Okabe and Ito).
inline constexpr std::array<Colour, 2> class_colours{{{213, 94, 0}, {0, 114, 178}}};

/// A degree is as wide as high, and the longer side has `side` pixels.
struct PanelSize {
  std::int64_t height = 0, width = 0;
};
PanelSize panel_size(const WeatherGrid& grid, std::int64_t side);

/// Draws a map of one field [height, width] into the box, north up, with dotted lines at round degrees. With `classes`
/// the field is grey, and the classes lie over it in their colours, with a border.
void draw_weather_panel(Drawing& drawing, const Box& box, const WeatherGrid& grid, std::span<const float> field,
                        const ColourScale& scale, const std::optional<std::vector<std::uint8_t>>& classes);

/// Where a line of a round latitude or longitude crosses the left or lower edge of such a panel.
struct Tick {
  std::int64_t place = 0;  ///< pixels from the upper or left edge
  std::string label;       ///< "30°N", "120°W"
};
std::vector<Tick> latitude_ticks(const WeatherGrid& grid, std::int64_t panel_height);
std::vector<Tick> longitude_ticks(const WeatherGrid& grid, std::int64_t panel_width);

/// Mixes a share of `colour` into a pixel.
Colour mixed(Colour paper, Colour colour, double share);

}  // namespace stormsweep
