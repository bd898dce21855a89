#pragma once

#include <cstdint>
#include <vector>

namespace stormsweep {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;

  bool operator==(const Colour&) const = default;
};

/// Pixels; row 0 is the upper edge, column 0 the left edge.
struct Picture {
  Picture(std::int64_t rows, std::int64_t columns, Colour background)
      : height(rows), width(columns), pixels(static_cast<std::size_t>(rows * columns), background) {}

  Colour& at(std::int64_t row, std::int64_t column) { return pixels[static_cast<std::size_t>(row * width + column)]; }
  Colour at(std::int64_t row, std::int64_t column) const {
    return pixels[static_cast<std::size_t>(row * width + column)];
  }

  std::int64_t height, width;
  std::vector<Colour> pixels;  ///< [height, width]
};

}  // namespace stormsweep
