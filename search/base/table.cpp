#include "search/base/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "search/base/text.hpp"

namespace stormsweep {

namespace {

using Row = std::vector<std::string>;

/// Characters of UTF-8 text.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths;
  const auto widen = [&](const Row& row) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  };
  widen(table.header);
  for (const Row& row : table.rows) widen(row);
  return widths;
}

std::string line(const Table& table, const Row& cells, const std::vector<std::size_t>& widths) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string space(widths[i] - width(cells[i]), ' ');
    text += i > 0 ? "  " : "";
    text += table.is_numeric(i) ? space + cells[i] : cells[i] + space;
  }
  return one_line(std::string_view(text).substr(0, text.find_last_not_of(' ') + 1)) + '\n';
}

/// Below the header, as wide as the table.
std::string rule(const std::vector<std::size_t>& widths) {
  std::size_t total = 2 * (widths.size() - 1);
  for (const std::size_t w : widths) total += w;
  return std::string(total, '-') + '\n';
}

}  // namespace

std::string to_text(const Table& table) {
  const std::vector<std::size_t> widths = widths_of(table);
  std::string text;
  if (!table.title.empty()) text += one_line(table.title) + '\n';
  if (!table.header.empty()) text += line(table, table.header, widths) + rule(widths);
  for (const Row& row : table.rows) text += line(table, row, widths);
  for (const std::string& footnote : table.footnotes) text += one_line(footnote) + '\n';
  return text;
}

Table fitted(Table table, std::size_t width, std::string_view how, const std::vector<std::string>& stay) {
  const std::vector<std::size_t> widths = widths_of(table);
  std::vector<bool> kept(widths.size(), true);
  std::size_t total = 0;
  for (const std::size_t w : widths) total += w + (total > 0 ? 2 : 0);
  std::string left_out;
  for (std::size_t i = widths.size(); i-- > 1 && total > width;) {
    if (i >= table.header.size() || contains(stay, table.header[i])) continue;
    kept[i] = false;
    total -= widths[i] + 2;
    left_out = table.header[i] + (left_out.empty() ? "" : ", ") + left_out;
  }
  if (left_out.empty()) return table;
  const auto keep = [&](auto& cells) {
    std::size_t i = 0;
    std::erase_if(cells, [&](const auto&) { return !kept[i++]; });
  };
  for (Row& row : table.rows) keep(row);
  keep(table.header);
  keep(table.numeric);
  table.footnotes.push_back(fmt::format("no room for {}; {}", left_out, how));
  return table;
}

std::string grouped(std::uint64_t number) {
  if (number < 1000) return std::to_string(number);
  return fmt::format("{},{:03}", grouped(number / 1000), number % 1000);
}

std::string rate_text(double rate) {
  return rate < 999.5 ? fmt::format("{:.3g}", rate) : grouped(static_cast<std::uint64_t>(std::llround(rate)));
}

}  // namespace stormsweep
