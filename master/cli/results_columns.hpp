#pragma once

#include <string>
#include <vector>

#include "master/report/selection.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

/// The columns that people want to see of trials, or of groups of them (Selection::group_over).
std::vector<std::string> telling_columns(Selection& selection);
/// The same for the best trials, which may be all that is selected; includes whatever the search varies.
std::vector<std::string> best_columns(Selection& selection);

/// The rows of `sql`, whose columns are `names`, formatted for people.
Table collect(Selection& selection, const std::vector<std::string>& names, const std::string& sql);

}  // namespace stormsweep
