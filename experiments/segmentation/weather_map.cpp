#include "experiments/segmentation/weather_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/drawing/lettering.hpp"
#include "datasets/labels/river_labels.hpp"
#include "experiments/segmentation/weather_panel.hpp"

namespace stormsweep {

namespace {

constexpr Colour paper{255, 255, 255}, ink{40, 40, 40}, faint{110, 110, 110}, frame{150, 150, 150};
constexpr double title_size = 15, label_size = 12, legend_size = 10;  // capitals' height, pixels
constexpr std::int64_t side = 840;                                    // of a panel
constexpr std::int64_t margin = 24, gap = 8, title_height = 34, caption_height = 26, ticks_width = 44;
constexpr std::int64_t ticks_height = 32, legend_height = 76, bar_width = 320, bar_height = 14, swatch = 26;

/// What the legend's numbers are: `low`, and steps up to the first beyond the field.
struct Range {
  double low = 0, step = 1;
  int steps = 1;
  double high() const { return low + step * steps; }
};

Range range_of(const std::vector<float>& field) {
  const double least = percentile_of(field, 0).value_or(0), most = percentile_of(field, 99.9).value_or(1);
  const double rough = std::max(most - least, 1e-30) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5, 2, 1}) {
    if (factor * power >= rough) step = factor * power;
  }
  Range range{.low = std::floor(least / step) * step, .step = step};
  range.steps = std::max(1, static_cast<int>(std::ceil((most - range.low) / step - 1e-6)));
  return range;
}

void centred(Canvas& canvas, const std::string& text, std::int64_t top, std::int64_t middle, Colour colour) {
  write_text(canvas, text, static_cast<double>(top),
             static_cast<double>(middle) - static_cast<double>(text_width(text, legend_size)) / 2, legend_size, colour);
}

void draw_ticks(Canvas& canvas, const WeatherGrid& grid, const Canvas& panel, std::int64_t top, std::int64_t left) {
  for (const Tick& tick : latitude_ticks(grid, panel.height)) {
    fill(canvas, {top + tick.place, left - 5, top + tick.place + 1, left}, frame);
    write_text(canvas, tick.label, static_cast<double>(top + tick.place) - legend_size / 2,
               static_cast<double>(left - gap - text_width(tick.label, legend_size)), legend_size, faint);
  }
  const std::int64_t below = top + panel.height;
  for (const Tick& tick : longitude_ticks(grid, panel.width)) {
    fill(canvas, {below, left + tick.place, below + 5, left + tick.place + 1}, frame);
    centred(canvas, tick.label, below + gap, left + tick.place, faint);
  }
}

/// The field's name, below it its colours with their numbers, then the classes.
void draw_legend(Canvas& canvas, const WeatherMap& map, const ColourScale& scale, const Range& range, std::int64_t top,
                 std::int64_t left) {
  write_text(canvas, fmt::format("{}, {}", map.field_name, map.field_unit), static_cast<double>(top),
             static_cast<double>(left), legend_size, faint);
  top += 20;
  for (std::int64_t x = 0; x < bar_width; ++x) {
    const double value = range.low + (static_cast<double>(x) + 0.5) / bar_width * (range.high() - range.low);
    fill(canvas, {top, left + x, top + bar_height, left + x + 1}, colour_of(scale, static_cast<float>(value)));
  }
  outline(canvas, {top, left, top + bar_height, left + bar_width}, frame);
  for (int i = 0; i <= range.steps; ++i)
    centred(canvas, fmt::format("{:g}", range.low + i * range.step), top + bar_height + 6,
            left + i * bar_width / range.steps, faint);
  const double middle = static_cast<double>(top) + (bar_height - legend_size) / 2;
  left += bar_width + 5 * gap;
  const auto beside = [&](const std::string& text) {
    write_text(canvas, text, middle, static_cast<double>(left), legend_size, faint);
    left += text_width(text, legend_size) + 4 * gap;
  };
  const auto box = [&](Colour colour, Colour edge) {
    fill(canvas, {top, left, top + bar_height, left + swatch}, colour);
    outline(canvas, {top, left, top + bar_height, left + swatch}, edge);
    left += swatch + gap;
  };
  if (std::ranges::any_of(map.field, [](float value) { return std::isnan(value); })) {
    box(scale.missing, frame);
    beside("missing");
  }
  if (std::ranges::none_of(map.panels, [](const auto& panel) { return panel.classes.has_value(); })) return;
  for (const std::size_t i : {0, 1}) {
    box(mixed(paper, class_colours[i], 0.5), class_colours[i]);
    beside(i == 0 ? "tropical cyclone" : "atmospheric river");
  }
}

}  // namespace

Canvas draw(const WeatherGrid& grid, const WeatherMap& map) {
  const Range range = range_of(map.field);
  const ColourScale scale =
      smooth_scale(map.field_unit, static_cast<float>(range.low), static_cast<float>(range.high()));
  std::vector<Canvas> panels;
  for (const WeatherMap::Panel& panel : map.panels)
    panels.push_back(weather_panel(grid, map.field, scale, panel.classes, side));
  const std::int64_t left = margin + ticks_width, each = caption_height + panels.at(0).height + ticks_height;
  const std::int64_t legend = margin + title_height + std::ssize(panels) * each + gap;
  Canvas canvas(legend + legend_height, left + side + margin, paper);
  write_text(canvas, map.title, margin, static_cast<double>(left), title_size, ink);
  std::int64_t top = margin + title_height + caption_height;
  for (std::size_t i = 0; i < panels.size(); ++i, top += each) {
    write_text(canvas, map.panels[i].title, static_cast<double>(top) - label_size - gap, static_cast<double>(left),
               label_size, ink);
    place(canvas, panels[i], top, left);
    outline(canvas, {top, left, top + panels[i].height, left + panels[i].width}, frame);
    draw_ticks(canvas, grid, panels[i], top, left);
  }
  draw_legend(canvas, map, scale, range, legend, left);
  return canvas;
}

}  // namespace stormsweep
