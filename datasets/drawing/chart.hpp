#pragma once

#include <string>
#include <vector>

#include "datasets/drawing/axis_scale.hpp"
#include "datasets/drawing/drawing.hpp"

namespace stormsweep {

/// Lines over an axis, in panels of one scale, for papers: in colours that colour-blind eyes tell apart (Okabe and Ito
/// 2008), with marks of different shapes for print.
struct Chart {
  /// A line with marks; a line that keeps each value until the next; marks without a line; marks on the lower axis,
  /// whatever y is.
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

  static constexpr std::size_t most_lines = 28;  ///< more could not be told apart

  std::string x, y;                      ///< what the axes show
  std::vector<std::string> words;        ///< the values of x are indices of these; empty: they are numbers
  std::vector<Panel> panels;             ///< at least one; lines of one name look alike in all of them
  Spacing spacing = Spacing::by_values;  ///< of x
  std::string note = {};                 ///< one line, below
};

Drawing draw(const Chart& chart);

}  // namespace stormsweep
