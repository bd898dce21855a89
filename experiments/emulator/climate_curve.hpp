#pragma once

#include <string>
#include <vector>

#include "datasets/drawing/drawing.hpp"

namespace stormsweep {

/// Numbers year by year, as lines of one figure.
struct ClimateCurve {
  struct Line {
    std::string name;
    Colour colour;
    std::vector<double> values;  ///< from `first_year` on; NaN: none
    double dash = 0;             ///< pixels, for print without colours; 0: none
  };
  std::string title, unit;
  int first_year = 0;
  std::vector<Line> lines;  ///< later ones above
};

/// With ticks at round years and numbers, and a legend. There are two years and one finite number at least.
Drawing draw(const ClimateCurve& curve);

}  // namespace stormsweep
