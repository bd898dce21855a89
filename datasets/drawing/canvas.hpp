#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace stormsweep {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;

  bool operator==(const Colour&) const = default;
};

/// A picture; row 0 is its upper edge, column 0 its left edge.
struct Canvas {
  Canvas(std::int64_t rows, std::int64_t columns, Colour background);

  Colour& at(std::int64_t row, std::int64_t column) { return pixels[static_cast<std::size_t>(row * width + column)]; }
  Colour at(std::int64_t row, std::int64_t column) const {
    return pixels[static_cast<std::size_t>(row * width + column)];
  }

  std::int64_t height, width;
  std::vector<Colour> pixels;  ///< [height, width]
};

/// Rows [top, bottom) and columns [left, right).
struct Box {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
};

/// What lies outside the canvas is left out, here and below.
void fill(Canvas& canvas, const Box& box, Colour colour);

/// A frame one pixel wide, inside the box.
void outline(Canvas& canvas, const Box& box, Colour colour);

/// Lays `picture` on the canvas, its upper left pixel at (top, left).
void place(Canvas& canvas, const Canvas& picture, std::int64_t top, std::int64_t left);

/// Another size, each new pixel the mean of what it covers.
Canvas resized(const Canvas& canvas, std::int64_t height, std::int64_t width);

/// Draws where a mask [height, width], stretched over the canvas, changes.
void draw_border(Canvas& canvas, std::span<const std::uint8_t> mask, std::int64_t height, std::int64_t width,
                 Colour colour);

/// RGB, 8 bits. The file appears whole or not at all. Throws InputError.
void write_png(const std::filesystem::path& file, const Canvas& canvas);

}  // namespace stormsweep
