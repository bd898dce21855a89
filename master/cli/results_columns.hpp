#pragma once

#include <string>
#include <vector>

#include "master/report/selection.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

/// The columns that a person wants to see of trials, or of groups of them (Selection::group_over).
std::vector<std::string> telling_columns(Selection& selection);
/// ... of the best ones.
std::vector<std::string> best_columns(Selection& selection);
/// All that best_columns may find, for Selection::Needed.
std::vector<std::string> columns_of_best(const std::vector<SearchSummary>& searches);

/// The rows of `sql`, whose columns are `names`, as people want to see them.
Table collect(Selection& selection, const std::vector<std::string>& names, const std::string& sql);

}  // namespace stormsweep
