#include "master/report/table.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace stormsweep;

namespace {

const Table table{
    "Costs & gains", {"name", "h"}, {false, true}, {{"a_b|c", "1.5"}, {"Zürich", "-"}}, {"100 % {of} $x^2~\\#"}};

template <class Print>
std::string printed(Print print) {
  std::ostringstream out;
  print(out, table);
  return out.str();
}

std::string records(Records::Format format, const std::vector<std::vector<Cell>>& rows) {
  std::ostringstream out;
  Records records(out, format, {"a", "b,c"});
  for (const auto& row : rows) records.write(row);
  records.finish();
  return out.str();
}

}  // namespace

TEST_CASE("numbers are shown by what they are") {
  CHECK(display(Cell{}, Style::plain) == "-");
  CHECK(display(Cell{std::int64_t{65536}}, Style::seconds) == "65536");
  CHECK(display(Cell{0.001}, Style::plain) == "0.001");
  CHECK(display(Cell{12.34567}, Style::seconds) == "12.346");
  CHECK(display(Cell{0.95678}, Style::metric) == "0.9568");
  CHECK(display(Cell{0.0}, Style::metric) == "0.0000");
  CHECK(display(Cell{0.00012345}, Style::metric) == "1.234e-04");
  CHECK(display(Cell{-1234567.0}, Style::metric) == "-1.235e+06");
  CHECK(display(Cell{12345.678}, Style::rate) == "1.235e+04");
}

TEST_CASE("text is aligned by characters, not bytes") {
  CHECK(printed(print_text) ==
        "Costs & gains\nname      h\n-----------\na_b|c   1.5\nZürich    -\n100 % {of} $x^2~\\#\n");
}

TEST_CASE("markdown escapes bars") {
  CHECK(printed(print_markdown) ==
        "**Costs & gains**\n\n| name | h |\n|---|---:|\n| a_b\\|c | 1.5 |\n| Zürich | - |\n\n100 % {of} $x^2~\\#\n");
}

TEST_CASE("LaTeX escapes all ten special characters") {
  CHECK(printed(print_latex) ==
        "\\begin{table}\n\\centering\n"
        "\\caption{Costs \\& gains. 100 \\% \\{of\\} \\$x\\textasciicircum{}2\\textasciitilde{}\\textbackslash{}\\#.}\n"
        "\\begin{tabular}{lr}\n\\hline\nname & h \\\\\n\\hline\na\\_b|c & 1.5 \\\\\nZürich & - \\\\\n\\hline\n"
        "\\end{tabular}\n\\end{table}\n");
}

TEST_CASE("records quote what CSV and JSON need quoted") {
  const std::vector<std::vector<Cell>> rows{{"say \"hi\", x", 0.1}, {Cell{}, std::int64_t{3}}, {"a\nb", 1e22}};
  CHECK(records(Records::Format::csv, rows) == "a,\"b,c\"\n\"say \"\"hi\"\", x\",0.1\n,3\n\"a\nb\",1e+22\n");
  CHECK(records(Records::Format::json, rows) ==
        "[\n{\"a\": \"say \\\"hi\\\", x\", \"b,c\": 0.1},\n{\"a\": null, \"b,c\": 3},\n{\"a\": \"a\\nb\", \"b,c\": "
        "1e+22}\n]\n");
  CHECK(records(Records::Format::json, {}) == "[]\n");
}
