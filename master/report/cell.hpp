#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace stormsweep {

/// One value of a query: NULL, integer, real or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// How a column's reals are shown to people; integers and texts are shown as they are, NULL as a dash.
enum class Style {
  plain,    ///< the shortest text that reads back to the same number
  seconds,  ///< 3 decimals
  metric,   ///< 4 decimals, or 4 digits and an exponent outside 0.001 to 100,000
  rate      ///< 4 digits
};
std::string display(const Cell& cell, Style style);

/// An integer or real; nothing of a text or NULL.
std::optional<double> number(const Cell& cell);

}  // namespace stormsweep
