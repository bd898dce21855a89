#pragma once

#include <cstdint>
#include <string_view>

#include "datasets/drawing/canvas.hpp"

namespace stormsweep {

/// Pixels from the left edge of the first letter to the right edge of the last one, in letters whose capitals are
/// `size` pixels high.
std::int64_t text_width(std::string_view text, double size);

/// Writes a line of ASCII letters, the capitals' upper left corner at (top, left), smoothed at the edges. A letter that
/// we do not have is left blank.
void write_text(Canvas& canvas, std::string_view text, double top, double left, double size, Colour colour);

}  // namespace stormsweep
