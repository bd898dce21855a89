#include "datasets/drawing/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stormsweep {

namespace {

constexpr Colour ink{40, 40, 40}, faint{90, 90, 90}, frame{150, 150, 150};
constexpr double title_size = 20, label_size = 16, legend_size = 13;  // of the font, pixels
constexpr std::int64_t margin = 24, gap = 8;
constexpr std::int64_t title_height = 36, columns_height = 26, legend_height = 58, note_height = 24;
constexpr std::int64_t box_width = 48, box_height = 16;
constexpr const char* missing = "missing";
constexpr int dots = 2;  ///< of a PNG file per pixel: letters are sharp in print, files of many panels not too large

std::int64_t wide(const std::string& text, double size) {
  return std::lround(std::ceil(text_width(text, size)));
}

/// The width of the colour boxes, including those for values below the scale and missing ones, and of the words beside
/// them.
std::int64_t legend_width(const Figure& figure) {
  const std::int64_t boxes = (std::ssize(figure.scale.colours) + 2) * box_width;
  const std::int64_t words = wide(figure.scale.unit, legend_size) + wide(missing, legend_size) + 5 * gap;
  return std::max(boxes + words, wide(figure.note, legend_size));
}

struct Layout {
  explicit Layout(const Figure& figure);
  std::int64_t left_of(std::size_t column) const {
    return left + static_cast<std::int64_t>(column) * (panel_width + gap);
  }
  std::int64_t top_of(std::size_t row) const { return top + static_cast<std::int64_t>(row) * (panel_height + gap); }
  Box box_of(std::size_t row, std::size_t column) const {
    return {top_of(row), left_of(column), top_of(row) + panel_height, left_of(column) + panel_width};
  }

  std::int64_t panel_height = 0, panel_width = 0;
  std::int64_t top = margin + title_height + columns_height, left = 0;  ///< of the first panel
  std::int64_t legend = 0;                                              ///< top of its boxes
  std::int64_t height = 0, width = 0;                                   ///< of the figure
};

Layout::Layout(const Figure& figure) {
  std::int64_t labels = 0;
  for (const Figure::Row& row : figure.rows) {
    labels = std::max(labels, wide(row.label, label_size));
    for (const auto& panel : row.panels) {
      if (panel) panel_height = panel->picture.height, panel_width = panel->picture.width;
    }
  }
  if (figure.aspect > 0) panel_height = std::llround(static_cast<double>(panel_width) / figure.aspect);
  const double factor =
      static_cast<double>(Figure::panel_side) / static_cast<double>(std::max(panel_height, panel_width));
  for (std::int64_t* const side : {&panel_height, &panel_width})
    *side = std::max<std::int64_t>(1, std::llround(factor * static_cast<double>(*side)));
  left = margin + labels + 2 * gap;
  const std::int64_t right = std::max(
      {left_of(figure.columns.size()) - gap, left + legend_width(figure), left + wide(figure.title, title_size)});
  width = right + margin;
  legend = top_of(figure.rows.size()) - gap + 24;
  height = legend + legend_height - 24 + (figure.note.empty() ? 0 : note_height) + margin;
}

void draw_row(Drawing& drawing, const Figure::Row& row, const Layout& layout, std::size_t number) {
  const double middle = static_cast<double>(layout.top_of(number)) + static_cast<double>(layout.panel_height) / 2;
  drawing.write({row.label, static_cast<double>(layout.left - 2 * gap), middle, label_size, ink, Align::right});
  for (std::size_t column = 0; column < row.panels.size(); ++column) {
    const auto& panel = row.panels[column];
    if (!panel) continue;
    const auto& [picture, encircled] = *panel;
    const Box box = layout.box_of(number, column);
    drawing.show(picture, box);
    drawing.outline(box, frame);
    if (!encircled.empty()) drawing.encircle(encircled, picture.height, picture.width, box, Figure::line);
  }
}

/// Draws the colour boxes, each number under the edge where its colour begins; then the box for missing values.
void draw_legend(Drawing& drawing, const Figure& figure, const Layout& layout) {
  const std::int64_t top = layout.legend;
  const double middle = static_cast<double>(top) + box_height / 2.0, below = static_cast<double>(top) + box_height + 13;
  std::int64_t left = layout.left;
  const auto box = [&](Colour colour) {
    const Box place{top, left, top + box_height, left + box_width};
    drawing.fill(place, colour);
    drawing.outline(place, frame);
    left += box_width;
  };
  const auto beside = [&](const std::string& text) {
    drawing.write({text, static_cast<double>(left + gap), middle, legend_size, faint});
    left += gap + wide(text, legend_size) + 3 * gap;
  };
  box(figure.scale.below);
  for (std::size_t i = 0; i < figure.scale.colours.size(); ++i) {
    const std::string bound = fmt::format("{:g}", figure.scale.bounds[i]);
    drawing.write({bound, static_cast<double>(left), below, legend_size, faint, Align::centre});
    box(figure.scale.colours[i]);
  }
  beside(figure.scale.unit);
  box(figure.scale.missing);
  beside(missing);
  drawing.write({figure.note, static_cast<double>(layout.left), below + 26, legend_size, faint});
}

}  // namespace

Drawing draw(const Figure& figure) {
  const Layout layout(figure);
  Drawing drawing(layout.height, layout.width, dots);
  drawing.write({figure.title, static_cast<double>(layout.left), margin + title_size / 2, title_size, ink});
  const double heads = static_cast<double>(layout.top) - columns_height / 2.0;
  for (std::size_t column = 0; column < figure.columns.size(); ++column) {
    const double middle = static_cast<double>(layout.left_of(column)) + static_cast<double>(layout.panel_width) / 2;
    drawing.write({figure.columns[column], middle, heads, label_size, ink, Align::centre});
  }
  for (std::size_t row = 0; row < figure.rows.size(); ++row) draw_row(drawing, figure.rows[row], layout, row);
  draw_legend(drawing, figure, layout);
  return drawing;
}

}  // namespace stormsweep
