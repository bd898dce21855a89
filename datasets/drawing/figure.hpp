#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/drawing/canvas.hpp"
#include "datasets/drawing/colour_scale.hpp"

namespace stormsweep {

/// Pictures of one size in rows and columns under a title, with a legend of their colours.
struct Figure {
  struct Row {
    std::string label;
    std::vector<std::optional<Canvas>> panels;  ///< one a column; nothing: an empty place
  };

  std::string title;
  std::vector<std::string> columns;
  std::vector<Row> rows;
  ColourScale scale;
  std::string note;  ///< beside the legend
};

/// Draws it on white. All panels, at least one, are of one size, `Figure::rows[i].panels` as many as `columns`.
Canvas draw(const Figure& figure);

}  // namespace stormsweep
