#include "experiments/tornado/tornado_notes.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

TEST_CASE("statistics of storms go through a model's notes, to the last bit") {
  const StormStatistics statistics{{20.1f, -0.3f, 1e-7f}, {13.7f, 8.1f, 1 / 3.0f}};
  const StormStatistics read = parse_tornado_notes(tornado_notes(statistics), "m.pt");
  CHECK(read.mean == statistics.mean);
  CHECK(read.deviation == statistics.deviation);
}

TEST_CASE("notes without them are refused, and such as would scale by no number") {
  for (const char* text :
       {"{}", "no", R"({"mean": [1, 2, 3]})", R"({"mean": [1, 2], "deviation": [1, 2]})",
        R"({"mean": [1, 2, 3], "deviation": [1, 0, 3]})", R"({"mean": [1, 2, 1e99], "deviation": [1, 2, 3]})",
        R"({"mean": [1, 2, null], "deviation": [1, 2, 3]})"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(
        parse_tornado_notes(text, "m.pt"),
        "m.pt: lacks the means and deviations of its training storms, which networks have had since 0.3.0; "
        "keep it again: stormsweep rerun, then stormsweep run --keep-best",
        InputError);
  }
}
