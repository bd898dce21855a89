#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "master/report/selection.hpp"

namespace stormsweep {

/// One sentence for each metric by which trials have no skill: a metric test_*_skill is 1 - error / error of a simpler
/// forecast, so that at 0 and below the simpler one does as well. `rest` picks the trials, and their order, from
/// `selected`: "WHERE trial = 3".
std::vector<std::string> without_skill(Selection& selection, const std::string& rest);

/// The same of the best trial of all, which may be no better than a simple forecast. Throws InputError where the search
/// is not in the database, or that cannot be read.
std::vector<std::string> best_without_skill(const std::filesystem::path& database, const std::string& search);

}  // namespace stormsweep
