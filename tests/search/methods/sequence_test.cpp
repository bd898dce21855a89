#include "search/methods/sequence.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include "search/base/error.hpp"
#include "tests/search/methods/noop_space.hpp"

using namespace stormsweep;
using stormsweep::test::few_left;
using stormsweep::test::nine_million;
using stormsweep::test::noop_space;

namespace {

std::vector<Training> all(Sequence& sequence) {
  std::vector<Training> trainings;
  for (auto training = sequence.next({0}); training; training = sequence.next({training->id.value + 1}))
    trainings.push_back(*training);
  return trainings;
}

std::multiset<Identity> identities(const std::vector<Training>& trainings, const Space& space) {
  std::multiset<Identity> all;
  for (const Training& training : trainings)
    all.insert(identity(training.configuration, *space.experiment, space.seed));
  return all;
}

const std::string grid_of_42 =
    R"("index": {"min": 1, "max": 7, "step": 1}, "milliseconds": [1, 2, 3], "replicate": [0, 1])";

}  // namespace

TEST_CASE("random and sobol try every configuration of a grid once, in orders of their own") {
  for (const char* exclude : {"", R"(, "exclude": [{"index": [2, 5], "replicate": 1}, {"milliseconds": 3}])"}) {
    CAPTURE(exclude);
    const Space grid = noop_space(R"("grid")", grid_of_42, exclude);
    const auto expected = identities(all(*make_sequence(grid)), grid);
    for (const char* method : {R"("random")", R"("sobol")"}) {
      const Space s = noop_space(method, grid_of_42, exclude);
      const auto sequence = make_sequence(s);
      const auto trainings = all(*sequence);
      CHECK(identities(trainings, s) == expected);
      CHECK(trainings != all(*make_sequence(grid)));
      CHECK(sequence->trials() == expected.size());
      for (const Training& training : trainings) CHECK(make_sequence(s)->at(training.id) == training);
    }
  }
}

TEST_CASE("milestones come with every training") {
  const Space s = noop_space(R"({"name": "random", "trials": 5})", grid_of_42 + R"(, "epochs": [1, 3, 9])",
                             R"(, "exclude": [{"replicate": 1, "epochs": 9}])");
  const auto sequence = make_sequence(s);
  std::uint64_t trials = 0;
  for (const Training& training : all(*sequence)) {
    const bool second = Reader(training.configuration, *s.experiment).integer("replicate") == 1;
    CHECK(training.milestones == (second ? std::vector<std::int64_t>{1, 3} : std::vector<std::int64_t>{1, 3, 9}));
    trials += training.trials();
  }
  CHECK(all(*sequence).size() == 5);
  CHECK(sequence->trials() == trials);
}

TEST_CASE("a shuffled grid of 10^15 starts at once") {
  const Space s = noop_space(R"("random")", R"("index": {"min": 1, "max": 10000000, "step": 1},
    "replicate": {"min": 0, "max": 999999, "step": 1}, "milliseconds": {"min": 1, "max": 100, "step": 1})");
  const auto sequence = make_sequence(s);
  CHECK(sequence->trials() == 1'000'000'000'000'000);
  CHECK(sequence->next({999'999'999'999'999})->id.value == 999'999'999'999'999);
  CHECK_FALSE(sequence->next({1'000'000'000'000'000}));
}

TEST_CASE("ranges are drawn from, on their scales") {
  const Space s =
      noop_space(R"({"name": "random", "trials": 4000})",
                 R"("milliseconds": {"min": 0.01, "max": 100, "scale": "log"}, "index": {"min": 1, "max": 4},
                           "outcome": ["complete", "throw"])");
  const auto trainings = all(*make_sequence(s));
  CHECK(trainings.size() == 4000);
  int below_one = 0;
  std::map<std::int64_t, int> index;
  for (const Training& training : trainings) {
    const Reader read(training.configuration, *s.experiment);
    const double value = read.real("milliseconds");
    CHECK(value >= 0.01);
    CHECK(value <= 100);
    CHECK(rounded(value, 6) == value);
    below_one += value < 1;
    ++index[read.integer("index")];
  }
  CHECK(std::abs(below_one - 2000) < 4 * std::sqrt(1000));  // 4 standard deviations
  CHECK(index.size() == 4);
  for (const auto& [value, count] : index) CHECK(std::abs(count - 1000) < 4 * std::sqrt(750));
}

TEST_CASE("the first 2^k points of a Sobol sequence fill each 2^k-th of every axis once") {
  const Space s = noop_space(R"({"name": "sobol", "trials": 128})",
                             R"("milliseconds": {"min": 0, "max": 100}, "index": {"min": 1, "max": 8, "step": 1})");
  const auto trainings = all(*make_sequence(s));
  CHECK(trainings.size() == 128);
  std::map<int, int> bins;
  std::map<std::int64_t, int> index;
  for (const Training& training : trainings) {
    const Reader read(training.configuration, *s.experiment);
    ++bins[static_cast<int>(read.real("milliseconds") / 100 * 16)];
    ++index[read.integer("index")];
  }
  // The zero point is skipped, so one of 128 points belongs to the next block.
  CHECK(bins.size() == 16);
  for (const auto& [bin, count] : bins) CHECK(std::abs(count - 8) <= 1);
  CHECK(index.size() == 8);
  for (const auto& [value, count] : index) CHECK(std::abs(count - 16) <= 1);
}

TEST_CASE("neighbours that rounding makes equal are tried once") {
  const Space s = noop_space(R"({"name": "random", "trials": 1000})", R"("index": {"min": 1, "max": 10})");
  CHECK(all(*make_sequence(s)).size() == 10);
}

TEST_CASE("the user's guess comes first, and once") {
  const std::string parameters =
      R"("index": {"min": 1, "max": 7, "step": 1, "guess": 4}, "replicate": {"values": [0, 1, 2], "guess": 2})";
  for (const char* method : {R"("random")", R"("sobol")"}) {
    const Space s = noop_space(method, parameters);
    const auto trainings = all(*make_sequence(s));
    CHECK(trainings.size() == 21);
    const auto each = identities(trainings, s);
    CHECK(std::set<Identity>(each.begin(), each.end()).size() == 21);
    const Reader read(trainings[0].configuration, *s.experiment);
    CHECK(read.integer("index") == 4);
    CHECK(read.integer("replicate") == 2);
  }
  const Space s =
      noop_space(R"({"name": "random", "trials": 3})", R"("milliseconds": {"min": 1, "max": 9, "guess": 2.5})");
  CHECK(Reader(all(*make_sequence(s))[0].configuration, *s.experiment).real("milliseconds") == 2.5);
}

TEST_CASE("another seed, another order") {
  const Space one = noop_space(R"("random")", grid_of_42),
              other = noop_space(R"("random")", grid_of_42, R"(, "seed": 1)");
  CHECK(all(*make_sequence(one)) != all(*make_sequence(other)));
}

TEST_CASE("ranges want a method that draws, and an end") {
  const auto refusal = [](const std::string& method, const std::string& parameters, const std::string& more = "") {
    try {
      noop_space(method, parameters, more);
      return std::string("accepted");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  const std::string range = R"("milliseconds": {"min": 1, "max": 9})";
  CHECK(refusal(R"("grid")", range) ==
        "s.json: parameters.milliseconds is {\"min\":1,\"max\":9}; give either count or step, or a method that draws "
        "from ranges: random, sobol, halving, hyperband, bayes");
  CHECK(refusal(R"("random")", range) ==
        "s.json: method: random never ends where an axis is a range; give {\"name\": \"random\", \"trials\": 100}, or "
        "limits");
  CHECK(refusal(R"("random")", range, R"(, "limits": {"hours": 1})") == "accepted");
  CHECK(refusal(R"({"name": "random", "trials": 5})", R"("gpus": {"min": 1, "max": 9})")
            .ends_with("no method draws gpus: give a list, or a count or step"));
  CHECK(refusal(R"({"name": "bayes", "trials": 4611686018427387904})", R"("index": [1, 2], "epochs": [1, 2, 3, 4])") ==
        "s.json: method.trials is 4611686018427387904; give at most 1000000000");
  CHECK(refusal(R"({"name": "random", "trials": 5})", R"("milliseconds": {"min": 1, "max": 9, "guess": 10})") ==
        "s.json: parameters.milliseconds.guess is 10; give one of the axis's own values");
}

TEST_CASE("the few configurations that exclusions leave of millions are all found") {
  const std::string exclude = few_left(2);
  const Space grid = noop_space(R"("grid")", nine_million, exclude);
  const Space s = noop_space(R"("sobol")", nine_million, exclude);
  const auto sequence = make_sequence(s);
  const auto trainings = all(*sequence);
  CHECK(identities(trainings, s) == identities(all(*make_sequence(grid)), grid));
  CHECK(sequence->trials() == 4);
  for (const Training& training : trainings) CHECK(make_sequence(s)->at(training.id) == training);
  const Space three = noop_space(R"({"name": "sobol", "trials": 3})", nine_million, exclude);
  CHECK(all(*make_sequence(three)).size() == 3);
}

TEST_CASE("a random choice of 20 million is not walked through before it is asked for") {
  const auto begin = std::chrono::steady_clock::now();
  const std::string axes = R"("index": {"min": 1, "max": 100000, "step": 1},
                              "replicate": {"min": 0, "max": 99999, "step": 1})";
  const Space s = noop_space(R"({"name": "random", "trials": 20000000})", axes + R"(, "epochs": [1, 2])");
  const auto sequence = make_sequence(s);
  CHECK(sequence->trials() == 40'000'000);
  CHECK(sequence->at({19'999'999}));
  CHECK_FALSE(sequence->at({20'000'000}));
  const Space some =
      noop_space(R"({"name": "random", "trials": 20000000})", axes, R"(, "exclude": [{"index": 7, "replicate": 8}])");
  CHECK(make_sequence(some)->next({0}));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));  // it took 16
}

TEST_CASE("a random choice ends after so many trainings, in whatever order it is asked") {
  const Space s = noop_space(R"({"name": "random", "trials": 20})", grid_of_42,
                             R"(, "exclude": [{"index": [2, 5], "replicate": 1}])");
  const auto trainings = all(*make_sequence(s));
  REQUIRE(trainings.size() == 20);
  CHECK(make_sequence(s)->trials() == 20);
  CHECK(make_sequence(s)->at(trainings.back().id) == trainings.back());
  CHECK_FALSE(make_sequence(s)->next({trainings.back().id.value + 1}));
}
