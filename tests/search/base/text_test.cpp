#include "search/base/text.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace stormsweep;

TEST_CASE("capitals of ASCII become small letters, and nothing else does") {
  CHECK(lower("MM h-1 [Z]") == "mm h-1 [z]");
  CHECK(lower("\u00c9") == "\u00c9");
}

TEST_CASE("one line: every line break and other control character becomes a blank") {
  CHECK(one_line("a\nb\r\nc") == "a b  c");
  CHECK(one_line("") == "");
  CHECK(one_line("\x1b[31mred\a\x7f") == " [31mred  ");
  CHECK(one_line("a\xc2\x9b"
                 "b") == "a b");  // the other control characters, in UTF-8
}

TEST_CASE("one line: what is UTF-8 stays, and each byte that is not becomes U+FFFD") {
  CHECK(one_line("Bodenw\xc3\xa4rme, \xe2\x88\x87T, \xf0\x9f\x8c\xaa") ==
        "Bodenw\xc3\xa4rme, \xe2\x88\x87T, \xf0\x9f\x8c\xaa");
  CHECK(one_line("W\xe4rme") == "W\xef\xbf\xbdrme");                          // Latin-1
  CHECK(one_line("\xe2\x88") == "\xef\xbf\xbd\xef\xbf\xbd");                  // cut off
  CHECK(one_line("\xc0\xaf") == "\xef\xbf\xbd\xef\xbf\xbd");                  // longer than need be
  CHECK(one_line("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // half a surrogate
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
