#pragma once

#include "datasets/drawing/chart.hpp"
#include "master/report/pivot.hpp"
#include "master/report/selection.hpp"

namespace stormsweep {

/// A cross table as a chart: its rows run across, a line is a column (of each value, where there are several), a panel
/// a table. Throws InputError where there is nothing to draw, more lines than are told apart, or values of different
/// units.
Chart plot_pivot(Selection& selection, const Pivot& pivot);

/// A metric of complete trials by number, of many every so many; where the search chooses by it, the best of all so
/// far; and which trials ended without. Throws InputError where there is none.
Chart plot_history(Selection& selection, const SearchSummary& search, const std::string& metric);

}  // namespace stormsweep
