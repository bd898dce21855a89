#pragma once

#include <string>
#include <vector>

#include "master/report/selection.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

/// The columns that a person wants to see of trials, or of groups of them (Selection::group_over).
std::vector<std::string> telling_columns(Selection& selection);
/// ... of the best ones, which may be all that was selected: with them what the search varies.
std::vector<std::string> best_columns(Selection& selection);

/// The rows of `sql`, whose columns are `names`, as people want to see them.
Table collect(Selection& selection, const std::vector<std::string>& names, const std::string& sql);

}  // namespace stormsweep
