#pragma once

#include "datasets/drawing/chart.hpp"
#include "master/report/pivot.hpp"
#include "master/report/selection.hpp"

namespace stormsweep {

/// A cross table as a chart: rows are the x axis, each column (of each value, if several) is a line, each table a
/// panel. Throws InputError where there is nothing to draw, more lines than can be told apart, or values of different
/// units.
Chart plot_pivot(Selection& selection, const Pivot& pivot);

/// A metric of complete trials over trial numbers (of many trials a sample); if the search chooses by it, also the best
/// so far; and which trials ended without it. Throws InputError where there is none.
Chart plot_history(Selection& selection, const SearchSummary& search, const std::string& metric);

}  // namespace stormsweep
