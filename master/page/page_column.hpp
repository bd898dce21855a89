#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "master/report/selection.hpp"

namespace stormsweep {

/// The role of a column in the panels of the page.
enum class Role { axis, metric, cost, time, other };

/// The values of `expression` (SQL) on the rows of `shown`, ordered by trial. Numbers: {"name", "role", "values":
/// [...]}, with reals cut to 7 digits or, so that they can be ranked, `whole`. Where some are texts, or integers that
/// JavaScript would round: {"name", "role", "words": [...], "values": [...]}, each value the index of its word; words
/// are in declared order, else sorted. NULL becomes null. With "unit" where it is known, and "log", the scale of a
/// hyperparameter's range.
nlohmann::ordered_json page_column(Selection& selection, const std::string& name, Role role,
                                   const std::string& expression, bool whole = false);

/// `number` cut to 7 digits, which is enough for display; null where it is not finite.
nlohmann::ordered_json short_number(double number);

/// The same of any cell; texts stay as they are.
nlohmann::ordered_json short_cell(const Cell& cell);

}  // namespace stormsweep
