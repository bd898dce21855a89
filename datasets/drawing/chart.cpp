#include "datasets/drawing/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace stormsweep {

namespace {

constexpr Colour ink{40, 40, 40}, faint{90, 90, 90}, rule{222, 222, 222};
constexpr std::array line_colours{Colour{0, 114, 178}, Colour{213, 94, 0},   Colour{0, 158, 115}, Colour{204, 121, 167},
                                  Colour{230, 159, 0}, Colour{86, 180, 233}, Colour{0, 0, 0}};
constexpr double title_size = 14, label_size = 13, tick_size = 12;  // of the font, pixels
constexpr double plot_width = 360, plot_height = 250, above = 48, untitled_above = 22, right = 24, margin = 14;
constexpr double ticks_below = 16, title_below = 38, below = 50;  ///< of the axis, to the middle of its texts
constexpr double legend_height = 22, sample_width = 30, mark_size = 4.5, small_mark_size = 2;
constexpr std::size_t many_points = 150;  ///< of a line: with more, its marks are small, as they would hide each other
constexpr std::size_t columns = 3;        ///< of panels
constexpr int values_across = 8, ticks_up = 6;
constexpr int dots_a_pixel = 3;
constexpr double turned = 45, word_height = 16, widest_word = 150;  ///< of words that do not fit side by side

/// How a line looks, wherever it is.
struct Entry {
  std::string name;
  Chart::Style style;
  std::string shown = {};  ///< as much of the name as the legend has room for
};

/// The lines of all panels, each name once, in order of first appearance. Words are not joined by lines.
std::vector<Entry> entries_of(const Chart& chart) {
  std::vector<Entry> entries;
  for (const Chart::Panel& panel : chart.panels)
    for (const Chart::Line& line : panel.lines)
      if (std::ranges::find(entries, line.name, &Entry::name) == entries.end())
        entries.push_back(
            {line.name, chart.words.empty() || line.style == Chart::Style::at_axis ? line.style : Chart::Style::dots});
  return entries;
}

bool has_titles(const Chart& chart) {
  return std::ranges::any_of(chart.panels, [](const Chart::Panel& panel) { return !panel.title.empty(); });
}

std::vector<double> values_of(const Chart& chart, double Position::*coordinate) {
  std::vector<double> values;
  for (const Chart::Panel& panel : chart.panels)
    for (const Chart::Line& line : panel.lines)
      if (coordinate == &Position::x || line.style != Chart::Style::at_axis)
        for (const Position& point : line.points) values.push_back(point.*coordinate);
  return values;
}

/// A disc, square, triangle or diamond that look equally large.
std::vector<Position> mark(const Position& middle, std::size_t shape, double radius = mark_size) {
  static constexpr std::array<int, 4> corners{24, 4, 3, 4};
  static constexpr std::array<double, 4> turns{0, 0.25, 1, 0}, sizes{1, 1.25, 1.35, 1.3};
  const int count = corners[shape % 4];
  std::vector<Position> points;
  for (int i = 0; i < count; ++i) {
    const double angle = std::numbers::pi * (2.0 * i / count + turns[shape % 4]);
    const double size = radius * sizes[shape % 4];
    points.push_back({middle.x + size * std::sin(angle), middle.y + size * std::cos(angle)});
  }
  return points;
}

/// How the words below an axis are written: side by side, or turned; of very many only every nth.
struct WordLayout {
  explicit WordLayout(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      texts.push_back(elided(word, widest_word, tick_size));
      widest = std::max(widest, text_width(texts.back(), tick_size));
    }
    const double place = (plot_width - 20) / std::max(1.0, static_cast<double>(words.size()));
    is_turned = widest + 8 > place;
    if (is_turned) every = static_cast<std::size_t>(std::ceil(word_height / place));
  }
  /// The height in pixels that turned words need beyond one line.
  double more_below() const {
    return is_turned ? std::max(0.0, widest * std::sin(turned * std::numbers::pi / 180) - 8) : 0;
  }

  std::vector<std::string> texts;
  double widest = 0;
  bool is_turned = false;
  std::size_t every = 1;
};

std::string axis_title(const std::string& name, const AxisScale& scale) {
  return scale.logarithmic() ? name + ", log scale" : name;
}

/// One panel's place on the paper, and the scales of all.
class Plot {
 public:
  Plot(Drawing& drawing, const Chart& chart, const std::vector<Entry>& entries, const WordLayout& words,
       Position corner)
      : drawing_(drawing),
        chart_(chart),
        entries_(entries),
        words_(words),
        corner_(corner),
        x_(across(chart), corner.x + 10, corner.x + plot_width - 10, chart.spacing),
        y_(values_of(chart, &Position::y), corner.y + plot_height - 8, corner.y + 8) {}

  void draw(const Chart::Panel& panel) {
    const double middle = corner_.x + plot_width / 2;
    write(panel.title, {middle, corner_.y - 34}, title_size, Align::centre);
    write(axis_title(chart_.y, y_), {corner_.x, corner_.y - 13}, label_size, Align::left);
    write(axis_title(chart_.x, x_), {middle, bottom() + title_below + words_.more_below()}, label_size, Align::centre);
    draw_axes();
    for (const Chart::Line& line : panel.lines) draw(line);
  }

 private:
  /// Words have half a place beside the first and the last.
  static std::vector<double> across(const Chart& chart) {
    if (chart.words.empty()) return values_of(chart, &Position::x);
    return {-0.5, static_cast<double>(chart.words.size()) - 0.5};
  }

  double bottom() const { return corner_.y + plot_height; }

  /// Writes as much of a title as the panel has room for.
  void write(const std::string& title, const Position& place, double size, Align align) {
    drawing_.write({elided(title, plot_width, size), place.x, place.y, size, ink, align});
  }

  void draw_axes() {
    const std::vector<double> ticks = y_.ticks(ticks_up);
    const std::vector<std::string> texts = tick_texts(ticks);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      const double y = y_.at(ticks[i]);
      drawing_.line(std::array{Position{corner_.x, y}, Position{corner_.x + plot_width, y}}, rule, 1);
      drawing_.write({texts[i], corner_.x - 7, y, tick_size, faint, Align::right});
    }
    drawing_.line(std::array{Position{corner_.x, bottom()}, Position{corner_.x + plot_width, bottom()}}, faint, 1);
    chart_.words.empty() ? draw_numbers() : draw_words();
  }

  /// Writes the numbers that do not overlap the one before.
  void draw_numbers() {
    const std::vector<double> ticks = x_.ticks_at_values(values_across);
    const std::vector<std::string> texts = tick_texts(ticks);
    double before = -1e9;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      const double x = x_.at(ticks[i]), half = text_width(texts[i], tick_size) / 2 + 3;
      tick_below(x);
      if (x - half < before) continue;
      before = x + half;
      drawing_.write({texts[i], x, bottom() + ticks_below, tick_size, faint, Align::centre});
    }
  }

  void draw_words() {
    for (std::size_t i = 0; i < words_.texts.size(); i += words_.every) {
      const double x = x_.at(static_cast<double>(i));
      tick_below(x);
      if (words_.is_turned)
        drawing_.write({words_.texts[i], x + 3, bottom() + 10, tick_size, faint, Align::right, -turned});
      else
        drawing_.write({words_.texts[i], x, bottom() + ticks_below, tick_size, faint, Align::centre});
    }
  }

  void tick_below(double x) { drawing_.line(std::array{Position{x, bottom()}, Position{x, bottom() + 5}}, faint, 1); }

  void draw(const Chart::Line& line) {
    const auto entry = std::ranges::find(entries_, line.name, &Entry::name);
    const auto number = static_cast<std::size_t>(entry - entries_.begin());
    const Colour colour = line_colours[number % line_colours.size()];
    if (entry->style == Chart::Style::at_axis) return draw_at_axis(line, colour);
    std::vector<Position> points;
    for (const Position& point : line.points) {
      const Position place{x_.at(point.x), y_.at(point.y)};
      if (entry->style == Chart::Style::steps && !points.empty()) points.push_back({place.x, points.back().y});
      points.push_back(place);
    }
    if (entry->style != Chart::Style::dots) drawing_.line(points, colour, 1.6);
    const double size = points.size() > many_points ? small_mark_size : mark_size;
    if (entry->style != Chart::Style::steps)
      for (const Position& point : points) drawing_.polygon(mark(point, number, size), colour);
  }

  void draw_at_axis(const Chart::Line& line, Colour colour) {
    for (const Position& point : line.points) {
      const double x = x_.at(point.x);
      drawing_.line(std::array{Position{x, bottom() - 7}, Position{x, bottom()}}, colour, 1.6);
    }
  }

  Drawing& drawing_;
  const Chart& chart_;
  const std::vector<Entry>& entries_;
  const WordLayout& words_;
  Position corner_;
  AxisScale x_, y_;
};

/// Room for the widest number at the axis, and for the first word where words are turned.
double left_of(const Chart& chart, const WordLayout& words) {
  double widest = 0;
  for (const std::string& text : tick_texts(AxisScale(values_of(chart, &Position::y), 0, 1).ticks(ticks_up)))
    widest = std::max(widest, text_width(text, tick_size));
  return margin + std::max(12 + widest, words.more_below() - 10);
}

/// The place of each name of the legend, in lines as wide as the paper; the first at (0, 0).
std::vector<Position> legend_places(const std::vector<Entry>& entries, double width) {
  std::vector<Position> places;
  Position next{0, 0};
  for (const Entry& entry : entries) {
    const double wide = sample_width + 8 + text_width(entry.shown, label_size) + 22;
    if (next.x > 0 && next.x + wide > width + 22) next = {0, next.y + legend_height};
    places.push_back(next);
    next.x += wide;
  }
  return places;
}

void draw_sample(Drawing& drawing, const Entry& entry, std::size_t number, Position left) {
  const Colour colour = line_colours[number % line_colours.size()];
  const Position middle{left.x + sample_width / 2, left.y};
  if (entry.style == Chart::Style::at_axis)
    drawing.line(std::array{Position{middle.x, left.y - 3.5}, Position{middle.x, left.y + 3.5}}, colour, 1.6);
  if (entry.style == Chart::Style::marked || entry.style == Chart::Style::steps)
    drawing.line(std::array{left, Position{left.x + sample_width, left.y}}, colour, 1.6);
  if (entry.style == Chart::Style::marked || entry.style == Chart::Style::dots)
    drawing.polygon(mark(middle, number), colour);
}

void draw_legend(Drawing& drawing, const std::vector<Entry>& entries, const std::vector<Position>& places,
                 Position corner) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Position left{corner.x + places[i].x, corner.y + places[i].y};
    draw_sample(drawing, entries[i], i, left);
    drawing.write({entries[i].shown, left.x + sample_width + 8, left.y, label_size, ink});
  }
}

}  // namespace

Drawing draw(const Chart& chart) {
  std::vector<Entry> entries = entries_of(chart);
  const WordLayout words(chart.words);
  const std::size_t across = std::min(columns, chart.panels.size()), down = (chart.panels.size() + across - 1) / across;
  const double left = left_of(chart, words), panel_width = left + plot_width + right;
  const double top = has_titles(chart) ? above : untitled_above;
  const double panel_height = top + plot_height + below + words.more_below();
  const double width = static_cast<double>(across) * panel_width, panels = static_cast<double>(down) * panel_height;
  const bool legend = !entries.empty() && !(entries.size() == 1 && entries[0].name.empty());
  for (Entry& entry : entries) entry.shown = elided(entry.name, width - left - right - sample_width - 8, label_size);
  const std::vector<Position> places = legend_places(entries, width - left - right);
  const double legends = legend ? places.back().y + 2 * legend_height : margin;
  const double note = chart.note.empty() ? 0 : legend_height;
  Drawing drawing(std::llround(margin + panels + legends + note), std::llround(width), dots_a_pixel);
  for (std::size_t i = 0; i < chart.panels.size(); ++i) {
    const std::size_t row = i / across, column = i % across;
    Plot(drawing, chart, entries, words,
         {static_cast<double>(column) * panel_width + left, margin + static_cast<double>(row) * panel_height + top})
        .draw(chart.panels[i]);
  }
  if (legend) draw_legend(drawing, entries, places, {left, margin + panels + legend_height / 2});
  drawing.write(
      {elided(chart.note, width - 2 * margin, tick_size), margin, margin + panels + legends, tick_size, faint});
  return drawing;
}

}  // namespace stormsweep
