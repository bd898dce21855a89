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

TaskContext seeded(std::uint64_t seed) {
  TaskContext context;
  context.seed = seed;
  return context;
}

bool never() {
  return false;
}

}  // namespace

TEST_CASE("noop: the score depends on index and seed alone") {
  std::set<double> scores;
  for (std::int64_t index : {0, 1, 2}) {
    for (std::uint64_t seed : {0, 1}) {
      const auto outcome = run_noop(noop(), configuration(index, 0, "complete"), seeded(seed), never);
      REQUIRE(outcome);
      CHECK(*outcome == *run_noop(noop(), configuration(index, 1, "complete"), seeded(seed), never));
      const double score = outcome->metrics.at(0).second;
      CHECK(score >= 0);
      CHECK(score < 1);
      scores.insert(score);
    }
  }
  CHECK(scores.size() == 6);
}

TEST_CASE("noop: outcomes as asked") {
  CHECK(run_noop(noop(), configuration(0, 0, "nan"), seeded(0), never)->status == Status::diverged);
  CHECK_THROWS_AS(run_noop(noop(), configuration(0, 0, "throw"), seeded(0), never), std::runtime_error);
}

TEST_CASE("noop: sleeps as long as it is told, unless stopped") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(run_noop(noop(), configuration(0, 120, "complete"), seeded(0), never));
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(120));
  CHECK(!run_noop(noop(), configuration(0, 86400000, "complete"), seeded(0), [] { return true; }));
}
