#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "master/report/selection.hpp"

namespace stormsweep {

/// What a column of the page is to its panels.
enum class Role { axis, metric, cost, time, other };

/// `expression`, an SQL expression on the rows of `shown`, ordered by trial: {"name", "role", "values": [...]} of
/// numbers, reals to 7 digits, or, so that they can be ranked, `whole`; or {"name", "role", "words": [...], "values":
/// [...]} where some are texts, or integers that JavaScript would round, each value the place of its word; words are in
/// the order that is declared, or in their own. What is NULL is null. Where they are known, "unit" and, of a
/// hyperparameter's range, "log": its scale.
nlohmann::ordered_json page_column(Selection& selection, const std::string& name, Role role,
                                   const std::string& expression, bool whole = false);

/// Cut to 7 digits, for what is looked at; null where it is not finite.
nlohmann::ordered_json short_number(double number);

/// The same of any cell; texts stay as they are.
nlohmann::ordered_json short_cell(const Cell& cell);

}  // namespace stormsweep
