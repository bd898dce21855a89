#include "search/base/text.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace stormsweep;

TEST_CASE("one line: every line break becomes a blank") {
  CHECK(one_line("a\nb\r\nc") == "a b  c");
  CHECK(one_line("") == "");
}

TEST_CASE("a list is parted at its commas, blanks around them or not") {
  using Words = std::vector<std::string>;
  CHECK(split_list("a,b") == Words{"a", "b"});
  CHECK(split_list(" a , b c") == Words{"a", "b c"});
  CHECK(split_list("a,,b, ") == Words{"a", "", "b", ""});
  CHECK(split_list("").empty());
}

TEST_CASE("whole numbers are digits alone, of at most 64 bits") {
  CHECK(whole_number("0") == 0);
  CHECK(whole_number("18446744073709551615") == UINT64_MAX);
  for (const char* other : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1.0", "0x1", "one"}) {
    CAPTURE(other);
    CHECK_FALSE(whole_number(other));
  }
}

TEST_CASE("an environment variable that is not set is empty") {
  setenv("STORMSWEEP_TEST", "a b", 1);
  CHECK(environment("STORMSWEEP_TEST") == "a b");
  unsetenv("STORMSWEEP_TEST");
  CHECK(environment("STORMSWEEP_TEST") == "");
}
