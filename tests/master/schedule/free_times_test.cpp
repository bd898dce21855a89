#include "master/schedule/free_times.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/master/schedule/numbered.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

void check(std::optional<FreeTimes::Moment> moment, double at, std::size_t others) {
  REQUIRE(moment);
  CHECK(moment->at == Seconds(at));
  CHECK(moment->others == others);
}

}  // namespace

TEST_CASE("free times: in the order of what workers have to do") {
  FreeTimes times(3);
  CHECK(!times.nth(1, Seconds(0), 9));
  times.set(w1, Seconds(4), Seconds(3));
  times.set(w2, Seconds(6), Seconds(0));
  times.set(w3, Seconds(1), Seconds(6));
  check(times.nth(1, Seconds(0), 9), 6, 0);
  check(times.nth(2, Seconds(0), 9), 7, 1);
  check(times.nth(2, Seconds(0), 0), 7, 0);
  CHECK(!times.nth(4, Seconds(0), 9));
  times.erase(w2);
  check(times.nth(1, Seconds(0), 9), 7, 1);
  CHECK(!times.nth(3, Seconds(0), 9));
}

TEST_CASE("free times: one that is overdue ends any moment, and then does what else it has in hand") {
  FreeTimes times(2);
  times.set(w1, Seconds(4), Seconds(3));
  times.set(w2, Seconds(8), Seconds(0));
  check(times.nth(1, Seconds(4), 9), 7, 0);
  check(times.nth(1, Seconds(6), 9), 8, 0);
  check(times.nth(2, Seconds(6), 9), 9, 0);
  check(times.nth(2, Seconds(20), 9), 23, 0);
  times.set(w1, Seconds(21), Seconds(0));
  check(times.nth(2, Seconds(20), 9), 21, 0);
}

TEST_CASE("free times: the same as looking at every worker") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::size_t workers = 1 + random() % 20;
    FreeTimes times(workers);
    std::map<std::uint64_t, std::pair<double, double>> twin;
    double now = 0;
    for (int step = 0; step < 300; ++step) {
      now += double(random() % 3);
      const std::uint64_t worker = 1 + random() % workers;
      if (random() % 4 == 0) {
        twin.erase(worker), times.erase(WorkerId{worker});
      } else {
        const auto [until, more] = twin[worker] = {now + double(random() % 12) - 2, double(random() % 3) * 2};
        times.set(WorkerId{worker}, Seconds(until), Seconds(more));
      }
      std::vector<double> free;
      for (const auto& [id, entry] : twin) free.push_back(std::max(now, entry.first) + entry.second);
      std::sort(free.begin(), free.end());
      const std::size_t n = 1 + random() % workers;
      const auto moment = times.nth(n, Seconds(now), workers);
      REQUIRE(moment.has_value() == (n <= free.size()));
      if (!moment) continue;
      REQUIRE(moment->at == Seconds(free[n - 1]));
      REQUIRE(moment->others ==
              std::size_t(std::upper_bound(free.begin(), free.end(), free[n - 1]) - free.begin()) - n);
    }
  }
}
