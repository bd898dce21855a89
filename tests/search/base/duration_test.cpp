#include "search/base/duration.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

/// Seconds; -1 where it is no duration.
double seconds(std::string_view text, double plain = 1) {
  return read_duration(text, Seconds(plain)).value_or(Seconds(-1)).count();
}

}  // namespace

TEST_CASE("durations are read as people write them") {
  CHECK(seconds("3600") == 3600);
  CHECK(seconds("60", 60) == 3600);
  CHECK(seconds("2.5") == 2.5);
  CHECK(seconds("45s") == 45);
  CHECK(seconds("90m") == 5400);
  CHECK(seconds("1.5h") == 5400);
  CHECK(seconds("1d12h") == 129600);
}

TEST_CASE("durations are read as sbatch reads them") {  // sbatch(1), --time
  CHECK(seconds("30:00", 60) == 1800);
  CHECK(seconds("8:00:00") == 28800);
  CHECK(seconds("1-0") == 86400);
  CHECK(seconds("1-02:30") == 86400 + 9000);
  CHECK(seconds("1-00:00:01") == 86401);
  CHECK(seconds("0:00") == 0);  // squeue's %L at the end
}

TEST_CASE("what is no duration is refused") {
  for (const char* text :
       {"",   "x",     "UNLIMITED", "INVALID", "NOT_SET", "-5",  "5x",   "h",      "1:2:3:4", ":",   "1:",  ":1",
        "1-", "-1:00", "1-2-3",     "1.5:00",  "nan",     "inf", "1e9h", "99999d", "1h ",     " 1h", "0x10"}) {
    CAPTURE(text);
    CHECK(seconds(text) == -1);
  }
  CHECK_THROWS_WITH_AS(parse_duration("time-limit", "soon", Seconds(1)),
                       "--time-limit is soon; give seconds (3600), a number with s, m, h or d (90m), or as Slurm does "
                       "(8:00:00, 1-00:00:00)",
                       InputError);
  CHECK_THROWS_AS(parse_duration("time", "0", Seconds(60)), InputError);
}

TEST_CASE("Slurm's way of writing is read back") {
  CHECK(slurm_time(Seconds(0.5)) == "00:00:01");
  CHECK(slurm_time(Seconds(5400)) == "01:30:00");
  CHECK(slurm_time(Seconds(86400)) == "1-00:00:00");
  for (const double time : {1.0, 59.0, 3599.0, 86399.0, 86401.0, 1e6})
    CHECK(seconds(slurm_time(Seconds(time)), 60) == time);
}

TEST_CASE("durations as people say them") {
  CHECK(spoken(Seconds(0)) == "0 s");
  CHECK(spoken(Seconds(59.4)) == "59 s");
  CHECK(spoken(Seconds(59.6)) == "1 min 0 s");
  CHECK(spoken(Seconds(200)) == "3 min 20 s");
  CHECK(spoken(Seconds(5 * 3600 + 12 * 60 + 59)) == "5 h 12 min");
  CHECK(spoken(Seconds(76 * 3600)) == "3 days 4 h");
}
