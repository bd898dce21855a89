#pragma once

#include <string>
#include <vector>

#include "datasets/drawing/axis_scale.hpp"
#include "datasets/drawing/drawing.hpp"

namespace stormsweep {

/// Lines over an axis, in panels of one scale, for papers: colours that colour-blind eyes tell apart (Okabe and Ito
/// 2008), and marks of different shapes for print.
struct Chart {
  /// A line with marks; one that keeps a value until the next; no line; at the axis below alone, whatever y is.
  enum class Style { marked, steps, dots, at_axis };
  struct Line {
    std::string name;
    std::vector<Position> points;  ///< in values, x ascending
    Style style = Style::marked;
  };
  struct Panel {
    std::string title;
    std::vector<Line> lines;
  };

  static constexpr std::size_t most_lines = 28;  ///< more are not told apart

  std::string x, y;                      ///< what the axes show
  std::vector<std::string> words;        ///< the values of x are places among these; empty: they are numbers
  std::vector<Panel> panels;             ///< at least one; lines of one name look alike in all of them
  Spacing spacing = Spacing::by_values;  ///< of x
  std::string note = {};                 ///< below, in one line
};

Drawing draw(const Chart& chart);

}  // namespace stormsweep
