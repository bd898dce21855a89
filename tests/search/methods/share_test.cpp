#include "search/methods/share.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace stormsweep;

namespace {

Space space(const std::string& parameters, const std::string& more = "") {
  return parse_space(R"({"name": "s", "experiment": "noop", "parameters": {)" + parameters + "}" + more + "}", "s.json",
                     "/");
}

/// A share's trainings, as a job takes them one after the other.
std::vector<std::uint64_t> taken(const Trainings& trainings, const Share& share) {
  std::vector<std::uint64_t> numbers;
  TrainingId from{0};
  while (const auto training = trainings.next(share.next(from))) {
    from = TrainingId{training->id.value + 1};
    if (share.has(training->id)) numbers.push_back(training->id.value);
  }
  return numbers;
}

}  // namespace

TEST_CASE("shares are disjoint and complete, whatever the exclusions") {
  for (const char* exclude : {"", R"(, "exclude": [{"index": [2, 5], "replicate": 1}, {"milliseconds": 3}])"}) {
    const Space s =
        space(R"("index": {"min": 1, "max": 7, "step": 1}, "milliseconds": [1, 2, 3], "replicate": [0, 1])", exclude);
    const Trainings trainings(s);
    std::set<std::uint64_t> all;
    for (std::uint64_t n = 0; n < trainings.size(); ++n)
      if (trainings.at({n})) all.insert(n);
    for (const std::uint64_t count : {1, 2, 3, 6, 7, 41, 42, 43, 1000}) {
      CAPTURE(count);
      std::multiset<std::uint64_t> together;
      for (std::uint64_t i = 0; i < count; ++i) {
        const auto numbers = taken(trainings, {i, count});
        CHECK(count_trials(*grid_sequence(s), {i, count}) == numbers.size());
        together.insert(numbers.begin(), numbers.end());
      }
      CHECK(std::vector(together.begin(), together.end()) == std::vector(all.begin(), all.end()));
    }
  }
}

TEST_CASE("with as many shares as the last axis has values, each share gets some of each value") {
  const Space s = space(R"("index": {"min": 1, "max": 8, "step": 1}, "milliseconds": [1, 10, 100, 1000])");
  const Trainings trainings(s);
  for (std::uint64_t i = 0; i < 4; ++i) {
    std::map<double, int> milliseconds;
    for (const std::uint64_t n : taken(trainings, {i, 4}))
      ++milliseconds[Reader(trainings.at({n})->configuration, *s.experiment).real("milliseconds")];
    CHECK(milliseconds == std::map<double, int>{{1, 2}, {10, 2}, {100, 2}, {1000, 2}});
  }
}

TEST_CASE("a share of a grid too large to list is found at once and not counted") {
  const Space s =
      space(R"("index": {"min": 1, "max": 1000000, "step": 1}, "replicate": {"min": 0, "max": 999999, "step": 1})");
  const Share share{123'456, 1'000'000};
  CHECK_FALSE(count_trials(*grid_sequence(s), share));
  const TrainingId first = share.next({999'999'000'000});
  CHECK(share.has(first));
  CHECK(first.value < 999'999'000'000 + 2'000'000);
  for (std::uint64_t n = 999'999'000'000; n < first.value; ++n) REQUIRE_FALSE(share.has({n}));
}
