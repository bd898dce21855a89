#pragma once

#include <iosfwd>

#include "master/report/selection.hpp"

namespace stormsweep {

/// The selected trials as a journal that Optuna (3.1 and later: JournalStorage) and optuna-dashboard open: a study of
/// the search's name, a trial a row. What was varied are its parameters, over the range of what was tried; the curve of
/// the search's metric its intermediate values; other metrics and what it cost its attributes. A complete trial without
/// the metric is a failed one there.
void optuna_journal(Selection& selection, const SearchSummary& search, std::ostream& out);

}  // namespace stormsweep
