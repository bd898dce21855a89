#include "master/report/markup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "search/base/text.hpp"

namespace stormsweep {

namespace {

using Row = std::vector<std::string>;

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
    else if (c == '<')
      out += "\\textless{}";
    else if (c == '>')
      out += "\\textgreater{}";
    else if (c == '|')
      out += "\\textbar{}";
    else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos)
      (out += '\\') += c;
    else
      out += c;
  }
  return out;
}

std::string markdown_row(const Row& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += fmt::format(" {} |", markdown_escaped(cell));
  return one_line(line) + '\n';
}

std::string latex_row(const Row& cells) {
  Row escaped;
  std::transform(cells.begin(), cells.end(), std::back_inserter(escaped), latex_escaped);
  return one_line(fmt::format("{} \\\\", fmt::join(escaped, " & "))) + '\n';
}

}  // namespace

std::string to_markdown(const Table& table) {
  std::string text;
  if (!table.title.empty()) text += fmt::format("**{}**\n\n", one_line(table.title));
  text += markdown_row(table.header) + '|';
  for (std::size_t i = 0; i < table.header.size(); ++i) text += table.is_numeric(i) ? "---:|" : "---|";
  text += '\n';
  for (const Row& row : table.rows) text += markdown_row(row);
  for (const std::string& footnote : table.footnotes) text += '\n' + one_line(footnote) + '\n';
  return text;
}

std::string to_latex(const Table& table) {
  Row caption = table.footnotes;
  if (!table.title.empty()) caption.insert(caption.begin(), table.title);
  std::string text = "\\begin{table}\n\\centering\n";
  if (!caption.empty())
    text += "\\caption{" + one_line(latex_escaped(fmt::format("{}.", fmt::join(caption, ". ")))) + "}\n";
  text += "\\begin{tabular}{";
  for (std::size_t i = 0; i < table.header.size(); ++i) text += table.is_numeric(i) ? 'r' : 'l';
  text += "}\n\\hline\n" + latex_row(table.header) + "\\hline\n";
  for (const Row& row : table.rows) text += latex_row(row);
  return text + "\\hline\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace stormsweep
