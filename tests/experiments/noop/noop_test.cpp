#include "experiments/noop/noop.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <stdexcept>

using namespace stormsweep;

namespace {

const Experiment& noop() {
  return find_experiment("noop", "test");
}

Configuration configuration(std::int64_t index, double milliseconds, const std::string& outcome) {
  Configuration c;
  for (const Hyperparameter& h : noop().hyperparameters) c.values.push_back(h.fallback);
  c.values[*noop().find("index")] = index;
  c.values[*noop().find("milliseconds")] = milliseconds;
  c.values[*noop().find("outcome")] = outcome;
  return c;
}

Gang alone;

bool never() {
  return false;
}

}  // namespace

TEST_CASE("noop: the score depends on index and seed alone") {
  std::set<double> scores;
  for (std::int64_t index : {0, 1, 2}) {
    for (std::uint64_t seed : {0, 1}) {
      const auto outcome = run_noop(configuration(index, 0, "complete"), noop(), seed, alone, never);
      REQUIRE(outcome);
      CHECK(*outcome == *run_noop(configuration(index, 1, "complete"), noop(), seed, alone, never));
      const double score = outcome->metrics.at(0).second;
      CHECK(score >= 0);
      CHECK(score < 1);
      scores.insert(score);
    }
  }
  CHECK(scores.size() == 6);
}

TEST_CASE("noop: outcomes as asked") {
  CHECK(run_noop(configuration(0, 0, "nan"), noop(), 0, alone, never)->status == Status::diverged);
  CHECK_THROWS_AS(run_noop(configuration(0, 0, "throw"), noop(), 0, alone, never), std::runtime_error);
}

TEST_CASE("noop: sleeps as long as it is told, unless stopped") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(run_noop(configuration(0, 120, "complete"), noop(), 0, alone, never));
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(120));
  CHECK(!run_noop(configuration(0, 86400000, "complete"), noop(), 0, alone, [] { return true; }));
}
