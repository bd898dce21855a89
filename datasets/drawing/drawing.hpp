#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "datasets/drawing/picture.hpp"

namespace stormsweep {

/// Rows [top, bottom) and columns [left, right), in pixels.
struct Box {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;

  std::int64_t height() const { return bottom - top; }
  std::int64_t width() const { return right - left; }
};

/// A place, in pixels from the left and from the top.
struct Position {
  double x = 0, y = 0;
};

enum class Align { left, centre, right };

/// A line of UTF-8 text, in the system's sans-serif font.
struct Label {
  std::string_view text;
  double x = 0, y = 0;  ///< its left end, middle or right end; the middle of its capitals
  double size = 0;      ///< of the font, in pixels
  Colour colour;
  Align align = Align::left;
  double turn = 0;  ///< around its end, or middle, clockwise, in degrees
};

/// Pixels from where a label begins to where it ends.
double text_width(std::string_view text, double size);

/// `text`, or, where it is wider than `width` pixels, its beginning and its end around an ellipsis: texts often differ
/// in their ends.
std::string elided(std::string_view text, double width, double size);

/// A drawing on white paper, by Cairo, to be saved as pixels or as vectors. What lies outside the paper is left out.
/// Sides, also of pictures, are at most 32767 pixels; larger ones throw InputError when they are shown or turned into
/// pixels.
class Drawing {
 public:
  /// `dots`: those of a PNG file per pixel of the drawing, along a side; fewer where a side would have too many.
  Drawing(std::int64_t height, std::int64_t width, int dots = 1);

  void fill(const Box& box, Colour colour);
  /// A frame one pixel wide, inside the box.
  void outline(const Box& box, Colour colour);
  /// Draws every fourth of `length` pixels, from pixel (row, column) on, to the right or down.
  void dot_right(std::int64_t row, std::int64_t column, std::int64_t length, Colour colour);
  void dot_down(std::int64_t row, std::int64_t column, std::int64_t length, Colour colour);
  /// Stretches a picture over the box: each place shows the nearest pixel, nothing is smoothed.
  void show(const Picture& picture, const Box& box);
  /// Draws a line one pixel wide along the inner edge of the parts of a mask [height, width] that are not 0; the mask
  /// is stretched over the box like a picture.
  void encircle(std::span<const std::uint8_t> mask, std::int64_t height, std::int64_t width, const Box& box,
                Colour colour);
  /// Joins points by straight lines; `dash`: the length of dashes in pixels, 4 apart; 0: a solid line.
  void line(std::span<const Position> points, Colour colour, double width, double dash = 0);
  /// Fills the polygon with these corners.
  void polygon(std::span<const Position> corners, Colour colour);
  void write(const Label& label);

  Picture pixels() const;
  /// Writes PNG (RGB, 8 bits; 100 pixels of the drawing are an inch, so three dots per pixel are 300 dpi), SVG (letters
  /// as outlines) or PDF, by the file's ending. The file appears whole or not at all. Throws InputError.
  void save(const std::filesystem::path& file) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stormsweep
