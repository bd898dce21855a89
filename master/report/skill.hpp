#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "master/report/selection.hpp"

namespace stormsweep {

/// Whether the metric is 1 - error / error of a simpler forecast, on test data.
inline bool is_skill(std::string_view metric) {
  return metric.starts_with("test_") && metric.ends_with("_skill");
}

/// One sentence for each metric by which trials have no skill: at 0 and below the simpler forecast does
/// as well. `rest` picks the trials, and their order, from
/// `selected`: "WHERE trial = 3".
std::vector<std::string> without_skill(Selection& selection, const std::string& rest);

/// The same of the best trial of all, which may be no better than a simple forecast. Throws InputError where the search
/// is not in the database, or that cannot be read.
std::vector<std::string> best_without_skill(const std::filesystem::path& database, const std::string& search);

}  // namespace stormsweep
