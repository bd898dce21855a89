#include "search/base/shell_word.hpp"

#include <doctest/doctest.h>

#include "search/base/process.hpp"

using namespace stormsweep;

TEST_CASE("a shell reads words back as they are, and no word needs quotes that has nothing for it") {
  const std::vector<std::string> words{"",    "a b", "it's", "$HOME", "`id`", "$(id)", "a;b",   "\"q\"",
                                       "\\'", "*",   "~",    "#",     "a\nb", "-n",    "{a,b}", "a/b-1_2.db,%@:+="};
  int status = -1;
  std::string expected;
  for (const std::string& word : words) expected += word + '|';
  CHECK(process::capture({"sh", "-c", "printf '%s|' " + shell_words(words)}, status) == expected);
  CHECK(status == 0);
  CHECK(shell_words({"plan", words.back()}) == "plan " + words.back());
}
