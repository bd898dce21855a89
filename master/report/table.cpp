#include "master/report/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "search/space/value.hpp"

namespace stormsweep {

namespace {

std::string display_real(double number, Style style) {
  switch (style) {
    case Style::seconds:
      return fmt::format("{:.3f}", number);
    case Style::metric: {
      const double size = std::abs(number);
      return size == 0 || (size >= 1e-3 && size < 1e5) ? fmt::format("{:.4f}", number) : fmt::format("{:.3e}", number);
    }
    case Style::rate:
      return fmt::format("{:.4g}", number);
    case Style::plain:
      break;
  }
  return to_string(Value(number));
}

/// Characters of UTF-8 text.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string space(to - std::min(to, width(text)), ' ');
  return right ? space + text : text + space;
}

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string latex_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\textbackslash{}";
    else if (c == '~')
      out += "\\textasciitilde{}";
    else if (c == '^')
      out += "\\textasciicircum{}";
    else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos)
      (out += '\\') += c;
    else
      out += c;
  }
  return out;
}

template <class Escape>
std::string latex_row(const std::vector<std::string>& cells, Escape escape) {
  std::vector<std::string> escaped;
  std::transform(cells.begin(), cells.end(), std::back_inserter(escaped), escape);
  return fmt::format("{} \\\\\n", fmt::join(escaped, " & "));
}

}  // namespace

std::string display(const Cell& cell, Style style) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return display_real(*real, style);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return "-";
}

void print_text(std::ostream& out, const Table& table) {
  std::vector<std::size_t> widths;
  for (const std::string& name : table.header) widths.push_back(width(name));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));

  const auto print = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += "  ";
      line += padded(cells[i], widths[i], table.numeric[i]);
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  };
  if (!table.title.empty()) out << table.title << '\n';
  print(table.header);
  std::size_t total = 0;
  for (const std::size_t w : widths) total += w + 2;
  out << std::string(total - 2, '-') << '\n';
  for (const auto& row : table.rows) print(row);
  for (const std::string& note : table.footnotes) out << note << '\n';
}

void print_markdown(std::ostream& out, const Table& table) {
  const auto print = [&](const std::vector<std::string>& cells) {
    out << '|';
    for (const std::string& cell : cells) out << ' ' << markdown_escaped(cell) << " |";
    out << '\n';
  };
  if (!table.title.empty()) out << "**" << table.title << "**\n\n";
  print(table.header);
  out << '|';
  for (const bool right : table.numeric) out << (right ? "---:|" : "---|");
  out << '\n';
  for (const auto& row : table.rows) print(row);
  for (const std::string& note : table.footnotes) out << '\n' << note << '\n';
}

void print_latex(std::ostream& out, const Table& table) {
  std::vector<std::string> caption = table.footnotes;
  if (!table.title.empty()) caption.insert(caption.begin(), table.title);
  out << "\\begin{table}\n\\centering\n";
  if (!caption.empty()) out << "\\caption{" << latex_escaped(fmt::format("{}.", fmt::join(caption, ". "))) << "}\n";
  out << "\\begin{tabular}{";
  for (const bool right : table.numeric) out << (right ? 'r' : 'l');
  out << "}\n\\hline\n" << latex_row(table.header, latex_escaped) << "\\hline\n";
  for (const auto& row : table.rows) out << latex_row(row, latex_escaped);
  out << "\\hline\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace stormsweep
