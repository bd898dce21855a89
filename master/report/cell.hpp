#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace stormsweep {

/// One value of a query: NULL, integer, real or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// How a column's reals are shown to people; integers and texts are shown as they are, NULL as a dash.
enum class Style {
  plain,    ///< the shortest text that reads back to the same number
  seconds,  ///< 3 decimals
  metric,   ///< 4 decimals; below 0.1, 4 digits; outside 0.001 to 100,000, 4 digits and an exponent
  rate      ///< 4 digits
};
/// `more`: digits beyond those of the style; plain ignores it.
std::string display(const Cell& cell, Style style, int more = 0);

/// The texts of one column of a table, with more digits than the style has where different values would look the same
/// (differences by mere rounding aside): up to 3 more for metrics, or as many as needed where otherwise all values
/// would.
class ColumnTexts {
 public:
  ColumnTexts(std::vector<double> reals, Style style);
  std::string operator()(const Cell& cell) const { return display(cell, style_, more_); }

 private:
  Style style_;
  int more_ = 0;
};

/// An integer or real; nothing for a text or NULL.
std::optional<double> number(const Cell& cell);

}  // namespace stormsweep
