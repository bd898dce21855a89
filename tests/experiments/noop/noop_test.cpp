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

RunContext seeded(std::uint64_t seed) {
  RunContext context;
  context.seed = seed;
  return context;
}

bool never() {
  return false;
}

/// How a training of one trial ends; nothing where it was stopped.
std::optional<Outcome> outcome_of(const Configuration& configuration, std::uint64_t seed,
                                  const std::function<bool()>& stopped) {
  std::optional<Outcome> finished;
  const RunEvents events{
      .stopped = stopped,
      .finished = [&](std::size_t, const Outcome& one, const std::vector<EpochRecord>&) { finished = one; }};
  const auto left = run_noop(noop(), {TrainingId{0}, configuration, {1}}, seeded(seed), events);
  return finished ? finished : left;
}

}  // namespace

TEST_CASE("noop: the score depends on index and seed alone") {
  std::set<double> scores;
  for (std::int64_t index : {0, 1, 2}) {
    for (std::uint64_t seed : {0, 1}) {
      const auto outcome = outcome_of(configuration(index, 0, "complete"), seed, never);
      REQUIRE(outcome);
      CHECK(outcome->metrics == outcome_of(configuration(index, 1, "complete"), seed, never)->metrics);
      const double score = outcome->metrics.at(0).second;
      CHECK(score >= 0);
      CHECK(score < 1);
      scores.insert(score);
    }
  }
  CHECK(scores.size() == 6);
}

TEST_CASE("noop: outcomes as asked") {
  CHECK(outcome_of(configuration(0, 0, "nan"), 0, never)->status == Status::diverged);
  CHECK_THROWS_AS(outcome_of(configuration(0, 0, "throw"), 0, never), std::runtime_error);
}

TEST_CASE("noop: sleeps as long as it is told, unless stopped") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(outcome_of(configuration(0, 120, "complete"), 0, never));
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(120));
  CHECK(!outcome_of(configuration(0, 86400000, "complete"), 0, [] { return true; }));
}
