#pragma once

#include <iosfwd>

#include "master/report/selection.hpp"

namespace stormsweep {

/// The selected trials as a journal that Optuna (3.1 and later: JournalStorage) and optuna-dashboard open: a study
/// named like the search, with a trial for each row. Parameters are the hyperparameters that varied, over the range
/// that was tried; intermediate values are the curve of the search's metric; attributes are other metrics and timings.
/// A complete trial without the metric becomes a failed one.
void optuna_journal(Selection& selection, const SearchSummary& search, std::ostream& out);

}  // namespace stormsweep
