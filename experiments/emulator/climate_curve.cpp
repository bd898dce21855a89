#include "experiments/emulator/climate_curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "datasets/drawing/axis_scale.hpp"

namespace stormsweep {

namespace {

constexpr Colour ink{40, 40, 40}, faint{90, 90, 90}, grid_line{170, 170, 170};
constexpr std::int64_t height = 420, width = 860;
constexpr Box plot{60, 84, 360, 620};  // the legend is beside it
constexpr double title_size = 20, label_size = 13;
constexpr std::int64_t thickness = 2;
constexpr int dots = 3;  ///< of a PNG file per pixel, along a side

/// Where years and numbers lie, in pixels from the upper left corner of the plot.
struct Axes {
  explicit Axes(const ClimateCurve& curve) {
    for (const ClimateCurve::Line& line : curve.lines) {
      years = std::max(years, static_cast<double>(line.values.size()) - 1);
      for (const double value : line.values)
        if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
    }
    const double margin = std::max(1e-3, 0.05 * (high - low));
    low -= margin, high += margin;
  }
  double row(double value) const { return (high - value) / (high - low) * static_cast<double>(plot.height() - 1); }
  double column(double year) const { return year / years * static_cast<double>(plot.width() - 1); }

  double years = 1, low = std::numeric_limits<double>::infinity(), high = -low;
};

/// A stretch without a gap; a year alone is a dot.
void draw_stretch(Drawing& drawing, std::vector<Position> points, const ClimateCurve::Line& line) {
  if (points.size() == 1) points.push_back({points[0].x + thickness, points[0].y});
  if (!points.empty()) drawing.line(points, line.colour, thickness + 1, line.dash);
}

void draw_line(Drawing& drawing, const ClimateCurve::Line& line, const Axes& axes) {
  std::vector<Position> points;
  for (std::size_t year = 0; year < line.values.size(); ++year) {
    if (std::isfinite(line.values[year])) {
      points.push_back({static_cast<double>(plot.left) + axes.column(static_cast<double>(year)),
                        static_cast<double>(plot.top) + axes.row(line.values[year])});
      continue;
    }
    draw_stretch(drawing, std::move(points), line);
    points = {};
  }
  draw_stretch(drawing, std::move(points), line);
}

void draw_ticks(Drawing& drawing, const ClimateCurve& curve, const Axes& axes) {
  const double step = round_step((axes.high - axes.low) / 6), years = std::max(1.0, round_step(axes.years / 8));
  for (double value = std::ceil(axes.low / step) * step; value <= axes.high; value += step) {
    const std::int64_t row = plot.top + std::lround(axes.row(value));
    drawing.dot_right(row, plot.left, plot.width(), grid_line);
    drawing.write({fmt::format("{:.6g}", std::abs(value) < step / 2 ? 0 : value), static_cast<double>(plot.left - 8),
                   static_cast<double>(row), label_size, faint, Align::right});
  }
  for (double year = std::ceil(curve.first_year / years) * years; year <= curve.first_year + axes.years;
       year += years) {
    const std::int64_t column = plot.left + std::lround(axes.column(year - curve.first_year));
    drawing.dot_down(plot.top, column, plot.height(), grid_line);
    drawing.write({fmt::format("{:g}", year), static_cast<double>(column), static_cast<double>(plot.bottom + 14),
                   label_size, faint, Align::centre});
  }
}

}  // namespace

Drawing draw(const ClimateCurve& curve) {
  const Axes axes(curve);
  Drawing drawing(height, width, dots);
  drawing.write({curve.title, static_cast<double>(plot.left), 28, title_size, ink});
  draw_ticks(drawing, curve, axes);
  for (const ClimateCurve::Line& line : curve.lines) draw_line(drawing, line, axes);
  drawing.outline(plot, grid_line);
  drawing.write({curve.unit, static_cast<double>(plot.left - 8), static_cast<double>(plot.top - 12), label_size, faint,
                 Align::right});
  for (std::size_t i = 0; i < curve.lines.size(); ++i) {
    const Position left{static_cast<double>(plot.right + 16),
                        static_cast<double>(plot.top + 12) + 24.0 * static_cast<double>(i)};
    draw_stretch(drawing, {left, {left.x + 36, left.y}}, curve.lines[i]);
    drawing.write({curve.lines[i].name, left.x + 44, left.y, label_size, ink});
  }
  return drawing;
}

}  // namespace stormsweep
