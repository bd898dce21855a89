#include "search/base/table.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace stormsweep;

TEST_CASE("text is aligned by characters, not bytes") {
  const Table table{
      "Costs & gains", {"name", "h"}, {false, true}, {{"a_b|c", "1.5"}, {"Zürich", "-"}}, {"100 % {of} $x^2~\\#"}};
  CHECK(to_text(table) == "Costs & gains\nname      h\n-----------\na_b|c   1.5\nZürich    -\n100 % {of} $x^2~\\#\n");
}

TEST_CASE("without a header there is no line below it; columns that are not said to be numeric are words") {
  CHECK(to_text({.rows = {{"axis", "n"}, {"index", "10"}}}) == "axis   n\nindex  10\n");
  CHECK(to_text({.numeric = {false, true}, .rows = {{"axis", "n"}, {"index", "10"}, {"more"}}}) ==
        "axis    n\nindex  10\nmore\n");
  CHECK(to_text({.rows = {{"a", "bb"}, {"ccc", "", "d"}, {"e"}}}) == "a    bb\nccc      d\ne\n");
  CHECK(to_text({}).empty());
}

TEST_CASE("texts that come from anywhere neither steer a terminal nor make lines of their own") {
  const std::string evil =
      "\x1b]0;TITLE\a\x1b[31mred\n\rforged\xc2\x9b"
      "1mZ\xc3\xbcrich";
  const std::string text = to_text({evil, {"name", evil}, {}, {{"a", evil}, {evil, "b"}}, {evil}});
  CHECK(std::ranges::count(text, '\n') == 6);
  CHECK(std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }));
  CHECK(text.find("\xc2\x9b") == text.npos);
  CHECK(text.find("\na" + std::string(37, ' ') + "]0;TITLE  [31mred  forged 1mZ\xc3\xbcrich\n") != text.npos);
}

TEST_CASE("columns that a terminal has no room for are named below, not wrapped") {
  const Table table{"t", {"a", "long name", "b"}, {true, true, true}, {{"1", "2", "3"}, {"10", "20"}}, {"note"}};
  const std::string whole = to_text(table);
  CHECK(to_text(fitted(table, 16, "--wide shows them")) == whole);  // 2 + 2 + 9 + 2 + 1
  CHECK(to_text(fitted(table, 15, "--wide shows them")) ==
        "t\n a  long name\n-------------\n 1          2\n10         20\nnote\nno room for b; --wide shows them\n");
  CHECK(fitted(table, 12, "").header == std::vector<std::string>{"a"});
  CHECK(fitted(table, 0, "").header == std::vector<std::string>{"a"});
  CHECK(to_text(fitted(table, 12, "--wide shows them", {"b"})) ==
        "t\n a  b\n-----\n 1  3\n10\nnote\nno room for long name; --wide shows them\n");
  CHECK(fitted(table, 0, "", {"b"}).header == std::vector<std::string>{"a", "b"});
}

TEST_CASE("digits are in groups of three") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1'000'020'003) == "1,000,020,003");
  CHECK(rate_text(0.25) == "0.25");
  CHECK(rate_text(12.345) == "12.3");
  CHECK(rate_text(999.4) == "999");
  CHECK(rate_text(999.7) == "1,000");
  CHECK(rate_text(39'102.4) == "39,102");
}
