#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/drawing/colour_scale.hpp"
#include "datasets/drawing/drawing.hpp"

namespace stormsweep {

/// Panels of one size in rows and columns under a title, with a legend of their colours.
struct Figure {
  struct Panel {
    Picture picture;
    std::vector<std::uint8_t>
        encircled;  ///< [height, width] of the picture: a line surrounds what is not 0; empty: no line
  };
  struct Row {
    std::string label;
    std::vector<std::optional<Panel>> panels;  ///< one per column; nothing: an empty place
  };

  static constexpr std::int64_t panel_side = 320;  ///< pixels of a panel's longer side
  static constexpr Colour line{214, 60, 20};       ///< vermilion: unlike all colours of rain, also to colour-blind eyes

  std::string title;
  std::vector<std::string> columns;
  std::vector<Row> rows;
  ColourScale scale;
  std::string note;   ///< below the legend
  double aspect = 0;  ///< of a panel, width by height; 0: that of its picture
};

/// There is at least one picture, all are of one size, and `Figure::rows[i].panels` are as many as `columns`.
Drawing draw(const Figure& figure);

}  // namespace stormsweep
