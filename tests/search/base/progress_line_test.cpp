#include "search/base/progress_line.hpp"

#include <doctest/doctest.h>

#include "tests/heard.hpp"

using namespace stormsweep;

TEST_CASE("on a terminal progress is shown from a second on, five times a second") {
  ProgressLine line(80, Seconds(100));
  CHECK_FALSE(line.due(Seconds(100.9)));
  CHECK(line.due(Seconds(101)));
  CHECK_FALSE(line.due(Seconds(101.1)));
  CHECK(line.due(Seconds(101.25)));
}

TEST_CASE("elsewhere from ten seconds on, every ten seconds, and in what takes long every tenth of its time") {
  ProgressLine line(0, Seconds(100));
  CHECK_FALSE(line.due(Seconds(109)));
  CHECK(line.due(Seconds(110)));
  CHECK_FALSE(line.due(Seconds(119)));
  CHECK(line.due(Seconds(1100)));
  CHECK_FALSE(line.due(Seconds(1199)));
  CHECK(line.due(Seconds(1200)));
}

TEST_CASE(
    "a bar has the width that is done, holds what its terminal has room for, makes way for lines, and is wiped in the "
    "end") {
  CHECK(
      heard([] {
        const ProgressLine line(40, Seconds(0));
        line.show(0.5, {"a: 1/2 done, more words than there is room for", "a: 1/2 done, and more words, none fits"});
        line.show(0.5, {"a: 1/2 done, more words than there is room for", "a: 1/2 done, without room for a bar", "a"});
        line.show(0.5, {"a: 1/2 done, a narrower one"});
        line.show(0.5, {"a: 1/2 done, more words than there is room for", "a: 1/2 done", "a"});
        line.say("said");
        line.show(std::nullopt, {"b"});
      }) ==
      "\r\033[Ka: 1/2 done, and more words, none fits"
      "\r\033[Ka: 1/2 done, without room for a bar"
      "\r\033[K[####-----] a: 1/2 done, a narrower one"
      "\r\033[K[##########----------] a: 1/2 done"
      "\r\033[Ksaid\n"
      "\r\033[Kb\r\033[K");
}

TEST_CASE("what is no terminal gets whole lines without a bar") {
  CHECK(heard([] { ProgressLine(0, Seconds(0)).show(0.5, {"a: 1/2 done", "a"}); }) == "a: 1/2 done\n");
}
