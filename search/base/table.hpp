#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// A table for people: texts, as they are to be seen.
struct Table {
  std::string title = {};                           ///< empty: none
  std::vector<std::string> header = {};             ///< empty: none
  std::vector<bool> numeric = {};                   ///< columns of numbers are set flush right; those not named are not
  std::vector<std::vector<std::string>> rows = {};  ///< each at most as wide as the header, if there is one
  std::vector<std::string> footnotes = {};          ///< below the table, one a line

  bool is_numeric(std::size_t column) const { return column < numeric.size() && numeric[column]; }
};

/// As lines of text whose columns stand under each other, two spaces apart; a line divides the header from the rows.
/// Each row, title and footnote is one line (see one_line), whatever is in its texts.
std::string to_text(const Table& table);

/// The table without the last columns that do not fit a line of `width` characters, and with a footnote that names them
/// and says `how` they are shown. The first column and those named in `stay` are always kept.
Table fitted(Table table, std::size_t width, std::string_view how, const std::vector<std::string>& stay = {});

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// A rate, to three digits: "0.25", "12.3"; from 1,000 on as a whole number, "39,102".
std::string rate_text(double rate);

}  // namespace stormsweep
