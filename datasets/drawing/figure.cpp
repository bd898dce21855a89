#include "datasets/drawing/figure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/drawing/lettering.hpp"

namespace stormsweep {

namespace {

constexpr Colour paper{255, 255, 255}, ink{40, 40, 40}, faint{110, 110, 110}, frame{150, 150, 150};
constexpr double title_size = 15, label_size = 12, legend_size = 10;  // capitals' height, pixels
constexpr std::int64_t margin = 24, gap = 8;
constexpr std::int64_t title_height = 36, columns_height = 24, legend_height = 52;
constexpr std::int64_t box_width = 44, box_height = 14;
constexpr const char* missing = "missing";

std::int64_t legend_width(const Figure& figure) {
  std::int64_t width = (std::ssize(figure.scale.colours) + 2) * box_width;  // with those below the scale and missing
  for (const std::string& text : {figure.scale.unit, std::string(missing), figure.note}) {
    width += text_width(text, legend_size) + 4 * gap;
  }
  return width;
}

struct Layout {
  explicit Layout(const Figure& figure);
  std::int64_t left_of(std::size_t column) const {
    return left + static_cast<std::int64_t>(column) * (panel_width + gap);
  }
  std::int64_t top_of(std::size_t row) const { return top + static_cast<std::int64_t>(row) * (panel_height + gap); }

  std::int64_t panel_height = 0, panel_width = 0;
  std::int64_t top = margin + title_height + columns_height, left = 0;  ///< of the first panel
  std::int64_t height = 0, width = 0;                                   ///< of the figure
};

Layout::Layout(const Figure& figure) {
  std::int64_t labels = 0;
  for (const Figure::Row& row : figure.rows) {
    labels = std::max(labels, text_width(row.label, label_size));
    for (const auto& panel : row.panels) {
      if (panel) panel_height = panel->height, panel_width = panel->width;
    }
  }
  left = margin + labels + 2 * gap;
  width = std::max(left_of(figure.columns.size()) - gap, left + legend_width(figure)) + margin;
  height = top_of(figure.rows.size()) - gap + legend_height + margin;
}

void centred(Canvas& canvas, const std::string& text, std::int64_t top, std::int64_t middle, double size,
             Colour colour) {
  write_text(canvas, text, static_cast<double>(top),
             static_cast<double>(middle) - static_cast<double>(text_width(text, size)) / 2, size, colour);
}

void draw_row(Canvas& canvas, const Figure::Row& row, const Layout& layout, std::size_t number) {
  const std::int64_t top = layout.top_of(number);
  const auto middle = static_cast<double>(top) + (static_cast<double>(layout.panel_height) - label_size) / 2;
  const auto right = static_cast<double>(layout.left - 2 * gap - text_width(row.label, label_size));
  write_text(canvas, row.label, middle, right, label_size, ink);
  for (std::size_t column = 0; column < row.panels.size(); ++column) {
    if (!row.panels[column]) continue;
    const std::int64_t left = layout.left_of(column);
    place(canvas, *row.panels[column], top, left);
    outline(canvas, {top, left, top + layout.panel_height, left + layout.panel_width}, frame);
  }
}

/// Boxes of colour, each number under the edge where its colour begins; then the missing, then the note.
void draw_legend(Canvas& canvas, const Figure& figure, const Layout& layout) {
  const std::int64_t top = layout.height - margin - legend_height + 22, below = top + box_height + 7;
  std::int64_t left = layout.left;
  const auto box = [&](Colour colour) {
    fill(canvas, {top, left, top + box_height, left + box_width}, colour);
    outline(canvas, {top, left, top + box_height, left + box_width}, frame);
    left += box_width;
  };
  const auto beside = [&](const std::string& text) {
    left += gap;
    write_text(canvas, text, static_cast<double>(top) + (box_height - legend_size) / 2, static_cast<double>(left),
               legend_size, faint);
    left += text_width(text, legend_size) + 3 * gap;
  };
  box(figure.scale.below);
  for (std::size_t i = 0; i < figure.scale.colours.size(); ++i) {
    centred(canvas, fmt::format("{:g}", figure.scale.bounds[i]), below, left, legend_size, faint);
    box(figure.scale.colours[i]);
  }
  beside(figure.scale.unit);
  box(figure.scale.missing);
  beside(missing);
  beside(figure.note);
}

}  // namespace

Canvas draw(const Figure& figure) {
  const Layout layout(figure);
  Canvas canvas(layout.height, layout.width, paper);
  write_text(canvas, figure.title, margin, static_cast<double>(layout.left), title_size, ink);
  for (std::size_t column = 0; column < figure.columns.size(); ++column) {
    centred(canvas, figure.columns[column], margin + title_height, layout.left_of(column) + layout.panel_width / 2,
            label_size, ink);
  }
  for (std::size_t row = 0; row < figure.rows.size(); ++row) draw_row(canvas, figure.rows[row], layout, row);
  draw_legend(canvas, figure, layout);
  return canvas;
}

}  // namespace stormsweep
