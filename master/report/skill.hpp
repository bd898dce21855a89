#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "master/report/selection.hpp"

namespace stormsweep {

/// Whether the metric is a skill: 1 - error / (error of a simpler forecast), on test data.
inline bool is_skill(std::string_view metric) {
  return metric.starts_with("test_") && metric.ends_with("_skill");
}

/// One sentence for each metric by which trials have no skill: at 0 or below the simpler forecast is at least as good.
/// `rest` picks the trials, and their order, from `selected`: "WHERE trial = 3".
std::vector<std::string> without_skill(Selection& selection, const std::string& rest);

/// The same for the best trial of the search. Throws InputError where the database lacks the search, or cannot be read.
std::vector<std::string> best_without_skill(const std::filesystem::path& database, const std::string& search);

}  // namespace stormsweep
