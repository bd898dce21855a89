#include "datasets/drawing/lettering.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace stormsweep {

namespace {

constexpr int rows = 9;               // 7 for capitals, 2 below the line
constexpr double gaps = 6;            // between the 7 rows of a capital: what `size` is measured in
constexpr double half_stroke = 0.42;  // of a stroke's width, in gaps
constexpr double between = 2.05;      // letters, from dot to dot, in gaps
constexpr int blank = 2;              // columns of a space

/// Dots of a letter, row by row; neighbouring dots are joined to strokes.
struct Glyph {
  char letter;
  std::string_view dots;
};

constexpr Glyph glyphs[] = {
    {'0', " ## /#  #/#  #/#  #/#  #/#  #/ ## "},
    {'1', " #/##/ #/ #/ #/ #/ #"},
    {'2', " ## /#  #/   #/  # / #  /#   /####"},
    {'3', " ## /#  #/   #/ ## /   #/#  #/ ## "},
    {'4', "   # /  #  / #   /#  # /#####/   # /   # "},
    {'5', "####/#   /### /   #/   #/#  #/ ## "},
    {'6', " ## /#   /#   /### /#  #/#  #/ ## "},
    {'7', "####/   #/   #/  # /  # / #  / #  "},
    {'8', " ## /#  #/#  #/ ## /#  #/#  #/ ## "},
    {'9', " ## /#  #/#  #/ ###/   #/   #/ ## "},
    {'A', "  #  / # # / # # /#   #/#####/#   #/#   #"},
    {'B', "### /#  #/#  #/### /#  #/#  #/### "},
    {'C', " ## /#  #/#   /#   /#   /#  #/ ## "},
    {'D', "### /#  #/#  #/#  #/#  #/#  #/### "},
    {'E', "####/#   /#   /### /#   /#   /####"},
    {'F', "####/#   /#   /### /#   /#   /#   "},
    {'G', " ## /#  #/#   /# ##/#  #/#  #/ ## "},
    {'H', "#  #/#  #/#  #/####/#  #/#  #/#  #"},
    {'I', "#/#/#/#/#/#/#"},
    {'J', "  #/  #/  #/  #/  #/# #/ # "},
    {'K', "#   #/#  # /# #  /##   /# #  /#  # /#   #"},
    {'L', "#   /#   /#   /#   /#   /#   /####"},
    {'M', "#   #/## ##/# # #/# # #/#   #/#   #/#   #"},
    {'N', "#  #/## #/## #/# ##/# ##/#  #/#  #"},
    {'O', " ### /#   #/#   #/#   #/#   #/#   #/ ### "},
    {'P', "### /#  #/#  #/### /#   /#   /#   "},
    {'Q', " ### /#   #/#   #/#   #/# # #/#  # / ## #"},
    {'R', "### /#  #/#  #/### /# # /#  #/#  #"},
    {'S', " ## /#  #/#   / ## /   #/#  #/ ## "},
    {'T', "#####/  #  /  #  /  #  /  #  /  #  /  #  "},
    {'U', "#  #/#  #/#  #/#  #/#  #/#  #/ ## "},
    {'V', "#   #/#   #/#   #/ # # / # # /  #  /  #  "},
    {'W', "#   #/#   #/#   #/# # #/# # #/# # #/ # # "},
    {'X', "#   #/#   #/ # # /  #  / # # /#   #/#   #"},
    {'Y', "#   #/#   #/ # # /  #  /  #  /  #  /  #  "},
    {'Z', "#####/    #/   # /  #  / #   /#    /#####"},
    {'a', "    /    / ## /   #/ ###/#  #/ ###"},
    {'b', "#   /#   /### /#  #/#  #/#  #/### "},
    {'c', "   /   / ##/#  /#  /#  / ##"},
    {'d', "   #/   #/ ###/#  #/#  #/#  #/ ###"},
    {'e', "    /    / ## /#  #/####/#   / ## "},
    {'f', " ##/#  /#  /## /#  /#  /#  "},
    {'g', "    /    / ###/#  #/#  #/#  #/ ###/   #/ ## "},
    {'h', "#   /#   /### /#  #/#  #/#  #/#  #"},
    {'i', "#/ /#/#/#/#/#"},
    {'j', " #/  / #/ #/ #/ #/ #/ #/# "},
    {'k', "#   /#   /#  #/# # /##  /# # /#  #"},
    {'l', "#/#/#/#/#/#/#"},
    {'m', "     /     /#### /# # #/# # #/# # #/# # #"},
    {'n', "    /    /### /#  #/#  #/#  #/#  #"},
    {'o', "    /    / ## /#  #/#  #/#  #/ ## "},
    {'p', "    /    /### /#  #/#  #/#  #/### /#   /#   "},
    {'q', "    /    / ###/#  #/#  #/#  #/ ###/   #/   #"},
    {'r', "   /   /# #/## /#  /#  /#  "},
    {'s', "   /   / ##/#  / # /  #/## "},
    {'t', "   / # /###/ # / # / # / ##"},
    {'u', "    /    /#  #/#  #/#  #/#  #/ ###"},
    {'v', "     /     /#   #/#   #/ # # / # # /  #  "},
    {'w', "     /     /#   #/#   #/# # #/# # #/ # # "},
    {'x', "   /   /# #/# #/ # /# #/# #"},
    {'y', "    /    /#  #/#  #/#  #/#  #/ ###/   #/ ## "},
    {'z', "    /    /####/   #/ ## /#   /####"},
    {'+', "     /     /  #  /  #  /#####/  #  /  #  "},
    {'-', "   /   /   /   /###/   /   "},
    {'=', "    /    /    /####/    /####/    "},
    {'.', " / / / / / /#"},
    {',', " / / / / / /#/#"},
    {':', " / /#/ / / /#"},
    {';', " / /#/ / / /#/#"},
    {'/', "   #/   #/  # /  # / #  / #  /#   "},
    {'(', " #/# /# /# /# /# / #"},
    {')', "# / #/ #/ #/ #/ #/# "},
    {'%', "#   #/#  # /   # /  #  / #   / #  #/#   #"},
    {'<', "   /   /  #/ # /#  / # /  #"},
    {'>', "   /   /#  / # /  #/ # /#  "},
    {'_', "    /    /    /    /    /    /    /####"},
    {'\'', "#/#/ / / / / "},
};

struct Stroke {
  double row, column, to_row, to_column;
};

int columns_of(std::string_view dots) {
  return static_cast<int>(std::min(dots.find('/'), dots.size()));
}

/// Dots joined to their neighbours; diagonally only where no dot stands in the corner between.
std::vector<Stroke> strokes_of(std::string_view dots) {
  const int columns = columns_of(dots);
  const auto lit = [&](int row, int column) {
    const int i = row * (columns + 1) + column;
    return column >= 0 && column < columns && row < rows && i < static_cast<int>(dots.size()) &&
           dots[static_cast<std::size_t>(i)] == '#';
  };
  std::vector<Stroke> strokes;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (!lit(row, column)) continue;
      const auto join = [&](int to_row, int to_column) {
        strokes.push_back({1.0 * row, 1.0 * column, 1.0 * to_row, 1.0 * to_column});
      };
      join(row, column);
      const bool right = lit(row, column + 1), down = lit(row + 1, column), left = lit(row, column - 1);
      if (right) join(row, column + 1);
      if (down) join(row + 1, column);
      if (!right && !down && lit(row + 1, column + 1)) join(row + 1, column + 1);
      if (!left && !down && lit(row + 1, column - 1)) join(row + 1, column - 1);
    }
  }
  return strokes;
}

const Glyph* find(char letter) {
  const auto* const found = std::ranges::find(glyphs, letter, &Glyph::letter);
  return found == std::end(glyphs) ? nullptr : found;
}

double distance(const Stroke& stroke, double row, double column) {
  const double rise = stroke.to_row - stroke.row, run = stroke.to_column - stroke.column;
  const double length = rise * rise + run * run;
  const double along =
      length == 0 ? 0 : std::clamp(((row - stroke.row) * rise + (column - stroke.column) * run) / length, 0.0, 1.0);
  return std::hypot(row - stroke.row - along * rise, column - stroke.column - along * run);
}

void draw_letter(Canvas& canvas, const std::vector<Stroke>& strokes, const Box& box, double top, double left,
                 double gap, Colour colour) {
  for (std::int64_t row = std::max<std::int64_t>(box.top, 0); row < std::min(box.bottom, canvas.height); ++row) {
    for (std::int64_t column = std::max<std::int64_t>(box.left, 0); column < std::min(box.right, canvas.width);
         ++column) {
      const double y = (static_cast<double>(row) + 0.5 - top) / gap,
                   x = (static_cast<double>(column) + 0.5 - left) / gap;
      double nearest = 1e9;
      for (const Stroke& s : strokes) nearest = std::min(nearest, distance(s, y, x));
      const double ink = std::clamp((half_stroke - nearest) * gap + 0.5, 0.0, 1.0);
      Colour& pixel = canvas.at(row, column);
      const auto mix = [&](std::uint8_t paper, std::uint8_t pen) {
        return static_cast<std::uint8_t>(std::lround(paper + ink * (pen - paper)));
      };
      pixel = {mix(pixel.red, colour.red), mix(pixel.green, colour.green), mix(pixel.blue, colour.blue)};
    }
  }
}

/// Gaps from a letter's first column of dots to the next letter's.
double advance(char letter) {
  const Glyph* const glyph = find(letter);
  return (glyph ? columns_of(glyph->dots) - 1 : blank - 1) + between;
}

}  // namespace

std::int64_t text_width(std::string_view text, double size) {
  double width = 0;
  for (const char letter : text) width += advance(letter);
  return text.empty() ? 0 : static_cast<std::int64_t>(std::ceil((width - between + 2 * half_stroke) * size / gaps));
}

void write_text(Canvas& canvas, std::string_view text, double top, double left, double size, Colour colour) {
  const double gap = size / gaps;
  double x = left + half_stroke * gap;
  const double y = top + half_stroke * gap;
  for (const char letter : text) {
    if (const Glyph* const glyph = find(letter)) {
      const Box box{static_cast<std::int64_t>(y - gap), static_cast<std::int64_t>(x - gap),
                    static_cast<std::int64_t>(y + rows * gap) + 1,
                    static_cast<std::int64_t>(x + columns_of(glyph->dots) * gap) + 1};
      draw_letter(canvas, strokes_of(glyph->dots), box, y, x, gap, colour);
    }
    x += advance(letter) * gap;
  }
}

}  // namespace stormsweep
