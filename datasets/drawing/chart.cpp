#include "datasets/drawing/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "datasets/drawing/axis_scale.hpp"

namespace stormsweep {

namespace {

constexpr Colour ink{40, 40, 40}, faint{90, 90, 90}, rule{222, 222, 222};
constexpr std::array line_colours{Colour{0, 114, 178}, Colour{213, 94, 0},   Colour{0, 158, 115}, Colour{204, 121, 167},
                                  Colour{230, 159, 0}, Colour{86, 180, 233}, Colour{0, 0, 0}};
constexpr double title_size = 14, label_size = 13, tick_size = 12;  // of the font, pixels
constexpr double plot_width = 360, plot_height = 250, above = 48, untitled_above = 22, below = 50, right = 24,
                 margin = 14;
constexpr double legend_height = 22, sample_width = 30, mark_size = 4.5;
constexpr std::size_t columns = 3;  ///< of panels
constexpr int ticks_across = 6, ticks_up = 6;

std::string text_of(double value) {
  return fmt::format("{:.6g}", value);
}

/// How a line looks, wherever it is.
struct Entry {
  std::string name;
  Chart::Style style;
};

/// The lines of all panels, each name once, in the order of coming. Between words no line runs.
std::vector<Entry> entries_of(const Chart& chart) {
  std::vector<Entry> entries;
  for (const Chart::Panel& panel : chart.panels)
    for (const Chart::Line& line : panel.lines)
      if (std::ranges::find(entries, line.name, &Entry::name) == entries.end())
        entries.push_back({line.name, chart.words.empty() ? line.style : Chart::Style::dots});
  return entries;
}

bool has_titles(const Chart& chart) {
  return std::ranges::any_of(chart.panels, [](const Chart::Panel& panel) { return !panel.title.empty(); });
}

std::vector<double> values_of(const Chart& chart, double Position::*coordinate) {
  std::vector<double> values;
  for (const Chart::Panel& panel : chart.panels)
    for (const Chart::Line& line : panel.lines)
      for (const Position& point : line.points) values.push_back(point.*coordinate);
  return values;
}

/// A disc, square, triangle or diamond of one size to the eye.
std::vector<Position> mark(const Position& middle, std::size_t shape) {
  static constexpr std::array<int, 4> corners{24, 4, 3, 4};
  static constexpr std::array<double, 4> turns{0, 0.25, 1, 0}, sizes{1, 1.25, 1.35, 1.3};
  const int count = corners[shape % 4];
  std::vector<Position> points;
  for (int i = 0; i < count; ++i) {
    const double angle = std::numbers::pi * (2.0 * i / count + turns[shape % 4]);
    const double size = mark_size * sizes[shape % 4];
    points.push_back({middle.x + size * std::sin(angle), middle.y + size * std::cos(angle)});
  }
  return points;
}

/// One panel's place on the paper, and the scales of all.
class Plot {
 public:
  Plot(Drawing& drawing, const Chart& chart, const std::vector<Entry>& entries, Position corner)
      : drawing_(drawing),
        chart_(chart),
        entries_(entries),
        corner_(corner),
        x_(across(chart), corner.x + 10, corner.x + plot_width - 10),
        y_(values_of(chart, &Position::y), corner.y + plot_height - 8, corner.y + 8) {}

  void draw(const Chart::Panel& panel) {
    drawing_.write({panel.title, corner_.x + plot_width / 2, corner_.y - 34, title_size, ink, Align::centre});
    drawing_.write({chart_.y, corner_.x, corner_.y - 13, label_size, ink});
    drawing_.write(
        {chart_.x, corner_.x + plot_width / 2, corner_.y + plot_height + 38, label_size, ink, Align::centre});
    draw_axes();
    for (const Chart::Line& line : panel.lines) draw(line);
  }

 private:
  /// Words have half a place beside the first and the last.
  static std::vector<double> across(const Chart& chart) {
    if (chart.words.empty()) return values_of(chart, &Position::x);
    return {-0.5, static_cast<double>(chart.words.size()) - 0.5};
  }

  void draw_axes() {
    const double bottom = corner_.y + plot_height;
    for (const double tick : y_.ticks(ticks_up)) {
      const double y = y_.at(tick);
      drawing_.line(std::array{Position{corner_.x, y}, Position{corner_.x + plot_width, y}}, rule, 1);
      drawing_.write({text_of(tick), corner_.x - 7, y, tick_size, faint, Align::right});
    }
    drawing_.line(std::array{Position{corner_.x, bottom}, Position{corner_.x + plot_width, bottom}}, faint, 1);
    if (chart_.words.empty())
      for (const double tick : x_.ticks(ticks_across)) tick_below(x_.at(tick), text_of(tick));
    for (std::size_t i = 0; i < chart_.words.size(); ++i) tick_below(x_.at(static_cast<double>(i)), chart_.words[i]);
  }

  void tick_below(double x, const std::string& text) {
    const double bottom = corner_.y + plot_height;
    drawing_.line(std::array{Position{x, bottom}, Position{x, bottom + 5}}, faint, 1);
    drawing_.write({text, x, bottom + 16, tick_size, faint, Align::centre});
  }

  void draw(const Chart::Line& line) {
    const auto entry = std::ranges::find(entries_, line.name, &Entry::name);
    const auto number = static_cast<std::size_t>(entry - entries_.begin());
    const Colour colour = line_colours[number % line_colours.size()];
    std::vector<Position> points;
    for (const Position& point : line.points) {
      const Position place{x_.at(point.x), y_.at(point.y)};
      if (entry->style == Chart::Style::steps && !points.empty()) points.push_back({place.x, points.back().y});
      points.push_back(place);
    }
    if (entry->style != Chart::Style::dots) drawing_.line(points, colour, 1.6);
    if (entry->style != Chart::Style::steps)
      for (const Position& point : points) drawing_.polygon(mark(point, number), colour);
  }

  Drawing& drawing_;
  const Chart& chart_;
  const std::vector<Entry>& entries_;
  Position corner_;
  AxisScale x_, y_;
};

/// Room for the widest number at the axis.
double left_of(const Chart& chart) {
  double widest = 0;
  for (const double tick : AxisScale(values_of(chart, &Position::y), 0, 1).ticks(ticks_up))
    widest = std::max(widest, text_width(text_of(tick), tick_size));
  return margin + 12 + widest;
}

/// Where each name of the legend stands, in lines as wide as the paper; the first at (0, 0).
std::vector<Position> legend_places(const std::vector<Entry>& entries, double width) {
  std::vector<Position> places;
  Position next{0, 0};
  for (const Entry& entry : entries) {
    const double wide = sample_width + 8 + text_width(entry.name, label_size) + 22;
    if (next.x > 0 && next.x + wide > width) next = {0, next.y + legend_height};
    places.push_back(next);
    next.x += wide;
  }
  return places;
}

void draw_legend(Drawing& drawing, const std::vector<Entry>& entries, const std::vector<Position>& places,
                 Position corner) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Position left{corner.x + places[i].x, corner.y + places[i].y};
    const Colour colour = line_colours[i % line_colours.size()];
    if (entries[i].style != Chart::Style::dots)
      drawing.line(std::array{left, Position{left.x + sample_width, left.y}}, colour, 1.6);
    if (entries[i].style != Chart::Style::steps) drawing.polygon(mark({left.x + sample_width / 2, left.y}, i), colour);
    drawing.write({entries[i].name, left.x + sample_width + 8, left.y, label_size, ink});
  }
}

}  // namespace

Drawing draw(const Chart& chart) {
  const std::vector<Entry> entries = entries_of(chart);
  const std::size_t across = std::min(columns, chart.panels.size()), down = (chart.panels.size() + across - 1) / across;
  const double left = left_of(chart), panel_width = left + plot_width + right;
  const double top = has_titles(chart) ? above : untitled_above, panel_height = top + plot_height + below;
  const double width = static_cast<double>(across) * panel_width, panels = static_cast<double>(down) * panel_height;
  const bool legend = entries.size() > 1;
  const std::vector<Position> places = legend_places(entries, width - left - right);
  const double legends = legend ? places.back().y + 2 * legend_height : margin;
  Drawing drawing(std::llround(margin + panels + legends), std::llround(width));
  for (std::size_t i = 0; i < chart.panels.size(); ++i) {
    const std::size_t row = i / across, column = i % across;
    Plot(drawing, chart, entries,
         {static_cast<double>(column) * panel_width + left, margin + static_cast<double>(row) * panel_height + top})
        .draw(chart.panels[i]);
  }
  if (legend) draw_legend(drawing, entries, places, {left, margin + panels + legend_height / 2});
  return drawing;
}

}  // namespace stormsweep
