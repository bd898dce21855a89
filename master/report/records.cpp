#include "master/report/records.hpp"

#include <ostream>
#include <utility>

#include "master/store/json_text.hpp"
#include "search/base/csv.hpp"

namespace stormsweep {

namespace {

/// Both formats write numbers the same, and NULL by its name in the format.
std::string record_text(const Cell& cell, std::string_view null, std::string (*text_of)(const std::string&)) {
  if (std::holds_alternative<std::monostate>(cell)) return std::string(null);
  if (const auto* text = std::get_if<std::string>(&cell)) return text_of(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  std::string out;
  append_json(out, std::get<double>(cell));
  return out;
}

std::string json_quoted(const std::string& text) {
  std::string out;
  append_json(out, std::string_view(text));
  return out;
}

}  // namespace

Records::Records(std::ostream& out, Format format, std::vector<std::string> header)
    : out_(out), format_(format), header_(std::move(header)) {
  if (format_ == Format::json)
    out_ << '[';
  else
    for (std::size_t i = 0; i < header_.size(); ++i)
      out_ << csv_field(header_[i]) << (i + 1 < header_.size() ? "," : "\n");
}

void Records::write(const std::vector<Cell>& cells) {
  format_ == Format::csv ? write_csv(cells) : write_json(cells);
  first_ = false;
}

void Records::finish() {
  if (format_ == Format::json) out_ << (first_ ? "]\n" : "\n]\n");
}

void Records::write_csv(const std::vector<Cell>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i)
    out_ << record_text(cells[i], "", csv_field) << (i + 1 < cells.size() ? "," : "\n");
}

void Records::write_json(const std::vector<Cell>& cells) {
  out_ << (first_ ? "\n{" : ",\n{");
  for (std::size_t i = 0; i < cells.size(); ++i)
    out_ << (i > 0 ? ", " : "") << json_quoted(header_[i]) << ": " << record_text(cells[i], "null", json_quoted);
  out_ << '}';
}

}  // namespace stormsweep
