#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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

/// A table for people: texts, as they are to be seen.
struct Table {
  std::string title;  ///< empty: none
  std::vector<std::string> header;
  std::vector<bool> numeric;                   ///< columns of numbers are set flush right
  std::vector<std::vector<std::string>> rows;  ///< each as wide as the header
  std::vector<std::string> footnotes;          ///< below the table, one a line
};

void print_text(std::ostream& out, const Table& table);
void print_markdown(std::ostream& out, const Table& table);
/// A `table` environment that needs no package; the title and the footnotes are its caption.
void print_latex(std::ostream& out, const Table& table);

/// Writes one record after the other, as they come, numbers to the last bit: CSV (RFC 4180, NULL empty), or a JSON
/// array of objects.
class Records {
 public:
  enum class Format { csv, json };
  Records(std::ostream& out, Format format, std::vector<std::string> header);
  void write(const std::vector<Cell>& cells);
  void finish();  ///< after the last one

 private:
  void write_csv(const std::vector<Cell>& cells);
  void write_json(const std::vector<Cell>& cells);

  std::ostream& out_;
  Format format_;
  std::vector<std::string> header_;
  bool first_ = true;
};

}  // namespace stormsweep
