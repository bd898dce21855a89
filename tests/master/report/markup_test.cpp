#include "master/report/markup.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

const Table table{
    "Costs & gains", {"name", "h"}, {false, true}, {{"a_b|c", "1.5"}, {"Zürich", "-"}}, {"100 % {of} $x^2~\\#"}};

}  // namespace

TEST_CASE("markdown escapes bars") {
  CHECK(to_markdown(table) ==
        "**Costs & gains**\n\n| name | h |\n|---|---:|\n| a_b\\|c | 1.5 |\n| Zürich | - |\n\n100 % {of} $x^2~\\#\n");
}

TEST_CASE("a row is one line, whatever is in its texts") {
  const Table evil{"t\n", {"a\x1b"}, {false}, {{"b\n| c |\r"}}, {"d\n\ne"}};
  CHECK(to_markdown(evil) == "**t **\n\n| a  |\n|---|\n| b \\| c \\|  |\n\nd  e\n");
  CHECK(to_latex({"t\n", {"a\x1b"}, {false}, {{"b\nc"}}, {}}) ==
        "\\begin{table}\n\\centering\n\\caption{t .}\n\\begin{tabular}{l}\n\\hline\na  \\\\\n\\hline\n"
        "b c \\\\\n\\hline\n\\end{tabular}\n\\end{table}\n");
}

TEST_CASE("LaTeX escapes what its usual font would print as another character") {
  CHECK(to_latex({"", {"a<b>c|d"}, {false}, {}, {}}).find("a\\textless{}b\\textgreater{}c\\textbar{}d") !=
        std::string::npos);
}

TEST_CASE("LaTeX escapes all ten special characters") {
  CHECK(
      to_latex(table) ==
      "\\begin{table}\n\\centering\n"
      "\\caption{Costs \\& gains. 100 \\% \\{of\\} \\$x\\textasciicircum{}2\\textasciitilde{}\\textbackslash{}\\#.}\n"
      "\\begin{tabular}{lr}\n\\hline\nname & h \\\\\n\\hline\na\\_b\\textbar{}c & 1.5 \\\\\nZürich & - \\\\\n\\hline\n"
      "\\end{tabular}\n\\end{table}\n");
}
