#include "experiments/segmentation/weather_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/drawing/axis_scale.hpp"
#include "datasets/labels/percentile.hpp"
#include "experiments/segmentation/weather_panel.hpp"

namespace stormsweep {

namespace {

constexpr Colour paper{255, 255, 255}, ink{40, 40, 40}, faint{90, 90, 90}, frame{150, 150, 150};
constexpr double title_size = 20, caption_size = 16, legend_size = 13;  // of the font, pixels
constexpr std::int64_t side = 840;                                      // of a panel
constexpr std::int64_t margin = 24, gap = 8, title_height = 34, caption_height = 28, ticks_width = 44;
constexpr int dots_a_pixel = 2;
constexpr std::int64_t ticks_height = 32, legend_height = 70, bar_width = 320, bar_height = 16, swatch = 26;

/// The legend's numbers: `low`, and steps up to the first beyond the field.
struct Range {
  double low = 0, step = 1;
  int steps = 1;
  double high() const { return low + step * steps; }
};

Range range_of(const std::vector<float>& field) {
  const double least = percentile_of(field, 0).value_or(0), most = percentile_of(field, 99.9).value_or(1);
  const double step = round_step(std::max(most - least, 1e-30) / 5);
  Range range{.low = std::floor(least / step) * step, .step = step};
  range.steps = std::max(1, static_cast<int>(std::ceil((most - range.low) / step - 1e-6)));
  return range;
}

void draw_ticks(Drawing& drawing, const WeatherGrid& grid, const Box& box) {
  for (const Tick& tick : latitude_ticks(grid, box.height())) {
    const std::int64_t row = box.top + tick.place;
    drawing.fill({row, box.left - 5, row + 1, box.left}, frame);
    drawing.write(
        {tick.label, static_cast<double>(box.left - gap), static_cast<double>(row), legend_size, faint, Align::right});
  }
  for (const Tick& tick : longitude_ticks(grid, box.width())) {
    const std::int64_t column = box.left + tick.place;
    drawing.fill({box.bottom, column, box.bottom + 5, column + 1}, frame);
    drawing.write({tick.label, static_cast<double>(column), static_cast<double>(box.bottom + gap) + legend_size / 2,
                   legend_size, faint, Align::centre});
  }
}

/// The colours of the field, their numbers below them.
void draw_bar(Drawing& drawing, const ColourScale& scale, const Range& range, const Box& box) {
  for (std::int64_t x = 0; x < box.width(); ++x) {
    const double share = (static_cast<double>(x) + 0.5) / static_cast<double>(box.width());
    const auto value = static_cast<float>(range.low + share * (range.high() - range.low));
    drawing.fill({box.top, box.left + x, box.bottom, box.left + x + 1}, colour_of(scale, value));
  }
  drawing.outline(box, frame);
  for (int i = 0; i <= range.steps; ++i) {
    const std::string number = fmt::format("{:g}", range.low + i * range.step);
    const std::int64_t middle = box.left + i * box.width() / range.steps;
    drawing.write(
        {number, static_cast<double>(middle), static_cast<double>(box.bottom) + 13, legend_size, faint, Align::centre});
  }
}

/// The field's name, its colours below, then the classes.
void draw_legend(Drawing& drawing, const WeatherMap& map, const ColourScale& scale, const Range& range,
                 std::int64_t top, std::int64_t left) {
  const std::string name = fmt::format("{}, {}", map.field_name, map.field_unit);
  drawing.write({name, static_cast<double>(left), static_cast<double>(top) + legend_size / 2, legend_size, faint});
  top += 22;
  draw_bar(drawing, scale, range, {top, left, top + bar_height, left + bar_width});
  left += bar_width + 5 * gap;
  const auto entry = [&](Colour colour, Colour edge, const std::string& text) {
    const Box box{top, left, top + bar_height, left + swatch};
    drawing.fill(box, colour);
    drawing.outline(box, edge);
    left += swatch + gap;
    drawing.write({text, static_cast<double>(left), static_cast<double>(top) + bar_height / 2.0, legend_size, faint});
    left += std::lround(text_width(text, legend_size)) + 3 * gap;
  };
  if (std::ranges::any_of(map.field, [](float value) { return std::isnan(value); }))
    entry(scale.missing, frame, "missing");
  const auto is_drawn = [&](std::uint8_t number) {
    return std::ranges::any_of(map.panels, [&](const auto& panel) {
      return panel.classes && std::ranges::find(*panel.classes, number) != panel.classes->end();
    });
  };
  for (const std::uint8_t i : {0, 1})
    if (is_drawn(i + 1))
      entry(mixed(paper, class_colours[i], 0.5), class_colours[i], i == 0 ? "tropical cyclone" : "atmospheric river");
}

}  // namespace

Drawing draw(const WeatherGrid& grid, const WeatherMap& map) {
  const Range range = range_of(map.field);
  const ColourScale scale =
      smooth_scale(map.field_unit, static_cast<float>(range.low), static_cast<float>(range.high()));
  const PanelSize size = panel_size(grid, side);
  const std::int64_t left = margin + ticks_width, each = caption_height + size.height + ticks_height;
  const std::int64_t legend = margin + title_height + std::ssize(map.panels) * each + gap;
  Drawing drawing(legend + legend_height, left + side + margin, dots_a_pixel);
  drawing.write({map.title, static_cast<double>(left), margin + title_size / 2, title_size, ink});
  std::int64_t top = margin + title_height + caption_height;
  for (const WeatherMap::Panel& panel : map.panels) {
    const Box box{top, left, top + size.height, left + size.width};
    drawing.write(
        {panel.title, static_cast<double>(left), static_cast<double>(top) - caption_height / 2.0, caption_size, ink});
    draw_weather_panel(drawing, box, grid, map.field, scale, panel.classes);
    drawing.outline(box, frame);
    draw_ticks(drawing, grid, box);
    top += each;
  }
  draw_legend(drawing, map, scale, range, legend, left);
  return drawing;
}

}  // namespace stormsweep
