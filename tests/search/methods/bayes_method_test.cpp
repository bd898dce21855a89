#include "search/methods/bayes_method.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include "search/methods/modelled_space.hpp"
#include "tests/search/methods/noop_space.hpp"

using namespace stormsweep;
using stormsweep::test::few_left;
using stormsweep::test::nine_million;
using stormsweep::test::noop_space;

namespace {

const std::string plane = R"("milliseconds": {"min": 0.01, "max": 100, "scale": "log"}, "index": [1, 2, 3, 4, 5])";

/// Best at 1 ms and index 4; -1 at 0 ms.
double peak(const Training& training, const Space& space) {
  const Reader read(training.configuration, *space.experiment);
  const double x = read.real("milliseconds") > 0 ? std::log10(read.real("milliseconds")) : 1;
  const double y = static_cast<double>(read.integer("index")) - 4;
  return -x * x - 0.1 * y * y;
}

std::pair<double, double> place_of(const Training& training, const Space& space) {
  const Reader read(training.configuration, *space.experiment);
  return {read.real("x"), read.real("y")};
}

/// Lowest at x = y = 0.
double bowl(const Training& training, const Space& space) {
  const auto [x, y] = place_of(training, space);
  return x * x + y * y;
}

std::optional<Training> await(Method& method) {
  for (;;) {
    auto training = method.next();
    if (training || !method.thinking()) return training;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

struct Search {
  std::vector<Training> trained = {};  ///< by number
  std::vector<Proposed> proposed = {};
};
/// Runs `ranks` trainings at a time, ending in a random order; stops after `most` trainings.
Search search(const Space& space, std::size_t ranks, unsigned seed, const ProposalHistory& past,
              std::size_t most = 1000, double (*result)(const Training&, const Space&) = peak) {
  Search search;
  const auto method = make_bayes(space, past);
  std::mt19937 random(seed);
  std::vector<Training> running;
  while (search.trained.size() < most) {
    while (running.size() < ranks) {
      const auto training = await(*method);
      if (!training) break;
      for (const Proposed& each : method->take_proposals()) search.proposed.push_back(each);
      running.push_back(*training);
    }
    if (running.empty()) break;
    std::swap(running[random() % running.size()], running.back());
    const Training ended = running.back();
    running.pop_back();
    for (std::size_t k = 0; k < ended.trials(); ++k) method->learn(ended, k, {result(ended, space)});
    search.trained.push_back(ended);
  }
  std::sort(search.trained.begin(), search.trained.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return search;
}

}  // namespace

TEST_CASE("trials that are there before are the first proposals, and are learned from") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 24, "width": 3})", plane);
  ProposalHistory past{3, {}};
  for (const Training& each : search(s, 1, 1, {3, {}}, 12).trained) past.known.push_back(each.configuration);
  past.known.push_back(past.known[4]);
  const Search begun = search(s, 2, 2, past);
  REQUIRE(begun.trained.size() == 24);
  for (std::size_t i = 0; i < 12; ++i) CHECK(begun.trained[i].configuration == past.known[i]);
  for (std::size_t i = 0; i < 24; ++i) CHECK(begun.proposed[i].parameters.empty() == (i < 12));
  past.proposals = begun.proposed;  // with these, a restart ignores other existing trials
  past.proposals.resize(14);
  past.known.clear();
  CHECK(search(s, 3, 3, past).trained == begun.trained);
}

TEST_CASE("the order of arrival, the number of ranks and a restart change no proposal") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 24, "width": 3})", plane);
  const auto expected = search(s, 1, 1, {3, {}}).trained;
  REQUIRE(expected.size() == 24);
  for (const std::size_t ranks : {2, 3, 8})
    CHECK(search(s, ranks, static_cast<unsigned>(ranks), {3, {}}).trained == expected);

  // Stopped after 15: stored proposals are reused, and the rest comes out the same.
  const Search first = search(s, 3, 5, {3, {}}, 15);
  CHECK(search(s, 2, 6, {3, first.proposed}).trained == expected);
  // Stopped during the Sobol start, which is continued, not restarted.
  for (const std::size_t most : {1, 2})
    CHECK(search(s, 2, 1, {3, search(s, 1, 1, {3, {}}, most).proposed}).trained == expected);
}

TEST_CASE("proposals with parameters that no fit gives count as those of the start") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 14, "width": 3})", plane);
  ProposalHistory past{3, search(s, 1, 1, {3, {}}, 12).proposed};
  const auto goes_on_with = [&](const std::string& parameters) {
    for (Proposed& each : past.proposals) each.parameters = parameters;
    return search(s, 1, 1, past).trained;
  };
  const auto expected = goes_on_with("");
  REQUIRE(expected.size() == 14);
  for (const char* damaged :
       {"{}", R"({"weights": [1, 1]})", R"({"weights": "x", "signal": 1, "noise": 1})",
        R"({"weights": [1], "signal": 1, "noise": 1})", R"({"weights": [1, 1, 1], "signal": 1, "noise": 1})",
        R"({"weights": [1, -1], "signal": 1, "noise": 1})", R"({"weights": [1, 1], "signal": null, "noise": 1})"}) {
    CAPTURE(damaged);
    CHECK(goes_on_with(damaged) == expected);
  }
}

TEST_CASE("it finds the peak, and tries nothing twice") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 25})", plane);
  double best = -1e9;
  std::set<Identity> seen;
  for (const Training& training : search(s, 1, 1, {1, {}}).trained) {
    best = std::max(best, peak(training, s));
    CHECK(seen.insert(identity(training.configuration, *s.experiment, s.seed)).second);
  }
  CHECK(best > -0.001);  // within 8 % of 1 ms, at index 4; one in 5 random searches of 25 trials comes so near
}

TEST_CASE("where the best lies in a corner it is tried once, and nothing within rounding of it") {
  static const std::vector<Experiment> known{parse_experiment(R"({"name": "bowl", "summary": "s", "data": [],
    "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": [
    {"name": "x", "type": "real", "default": 0, "min": 0, "max": 1, "meaning": "m"},
    {"name": "y", "type": "real", "default": 0, "min": 0, "max": 1, "meaning": "m"}]})",
                                                              "e.json")};
  const Space s = parse_space(R"({"name": "s", "experiment": "bowl", "method": {"name": "bayes", "trials": 30},
    "parameters": {"x": {"min": 0, "max": 1}, "y": {"min": 0, "max": 1}}})",
                              "s.json", "/", known);
  Search found = search(s, 1, 1, {1, {}}, 1000, bowl);
  REQUIRE(found.trained.size() == 30);
  int in_the_corner = 0;
  for (const Training& training : found.trained) {
    const auto [x, y] = place_of(training, s);
    CHECK_FALSE((x > 0 && x < 1e-6));
    CHECK_FALSE((y > 0 && y < 1e-6));
    in_the_corner += x < 1e-6 && y < 1e-6;
  }
  CHECK(in_the_corner == 1);

  Configuration& stored = found.proposed[9].configuration;  // as an older version proposed
  stored.values[0] = 7.88e-16;
  CHECK(search(s, 1, 1, {1, found.proposed}, 10, bowl).trained[9].configuration == stored);
}

TEST_CASE("a grid is tried whole, without what is excluded, and ends") {
  const Space s =
      noop_space(R"("bayes")", R"("index": [1, 2, 3, 4], "replicate": [0, 1, 2], "outcome": ["complete", "nan"])",
                 R"(, "exclude": [{"index": 2, "replicate": [0, 1]}])");
  CHECK(make_bayes(s, {2, {}})->trials() == 20);
  CHECK(search(s, 2, 1, {2, {}}).trained.size() == 20);
}

TEST_CASE("a grid of fewer than the start would take ends, all its milestones counted") {
  const Space s =
      noop_space(R"({"name": "bayes", "trials": 3, "width": 1})", R"("index": [1, 2, 3], "epochs": [1, 5])");
  const auto method = make_bayes(s, {1, {}});
  CHECK(await(*method)->milestones == std::vector<std::int64_t>{1, 5});
  for (int i = 0; i < 2; ++i) CHECK(await(*method));  // the start has 3 points
  CHECK_FALSE(await(*method));
  CHECK(method->exhausted());
  CHECK(method->trials() == 6);
}

TEST_CASE("what is made of a training waits for its last milestone, whole or what is left of it") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 10, "width": 1})",
                             R"("index": {"min": 0, "max": 99}, "epochs": [1, 5])");
  const auto method = make_bayes(s, {1, {}});
  std::vector<Training> start;
  while (const auto training = await(*method)) start.push_back(*training);
  REQUIRE(start.size() == 3);  // one for the axis and two more
  for (const Training& training : start) method->learn(training, 0, {0.5});
  CHECK_FALSE(await(*method));
  method->learn(start[0], 1, {0.25});
  method->learn(start[2], 1, {0.75});
  CHECK_FALSE(await(*method));
  method->learn(start[1].rest(1), 0, {0.5});
  CHECK(await(*method)->id.value == 3);
}

TEST_CASE("it is thinking until its proposal is taken, whether that has been found or not") {
  const Space space = noop_space(R"({"name": "bayes", "trials": 20, "width": 1})", plane);
  const auto method = make_bayes(space, {1, {}});
  auto training = method->next();
  while (!method->thinking()) {
    REQUIRE(training);
    method->learn(*training, 0, {.value = peak(*training, space)});
    training = method->next();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // some hundred times as long as the fit takes
  CHECK(method->thinking());
  CHECK(await(*method));
  CHECK_FALSE(method->thinking());
}

TEST_CASE("a proposal waits for the results that it depends on") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 10, "width": 2})", plane);
  const auto method = make_bayes(s, {2, {}});
  std::vector<Training> start;
  for (int i = 0; i < 4; ++i) start.push_back(await(*method).value());
  CHECK_FALSE(await(*method));  // number 4 wants the results of 0, 1 and 2
  CHECK_FALSE(method->exhausted());
  for (const std::size_t i : {2, 0}) method->learn(start[i], 0, {peak(start[i], s)});
  CHECK_FALSE(await(*method));
  method->learn(start[1], 0, {peak(start[1], s)});
  CHECK(await(*method)->id.value == 4);
  CHECK_FALSE(await(*method));
}

TEST_CASE("conditional axes of a grid: every configuration once") {
  const Space s = noop_space(R"("bayes")", R"("index": {"values": [1, 2, 3, 4, 5], "when": {"outcome": "nan"}},
    "milliseconds": {"values": [1, 10], "when": {"index": [4, 5]}}, "replicate": [0, 1], "outcome": ["complete", "nan"])");
  CHECK(make_bayes(s, {2, {}})->trials() == 2 * (1 + 3 + 2 * 2));
  std::set<Identity> seen;
  for (const Training& training : search(s, 2, 1, {2, {}}).trained)
    seen.insert(identity(training.configuration, *s.experiment, s.seed));
  CHECK(seen.size() == 2 * (1 + 3 + 2 * 2));
}

TEST_CASE("zipped axes are tried as one") {
  const Space s =
      noop_space(R"("bayes")", R"("index": [1, 2, 3, 4, 5], "milliseconds": [10, 2, 0.1, 1, 20], "replicate": [0, 1])",
                 R"(, "zip": [["milliseconds", "index"]])");
  std::set<std::tuple<std::int64_t, double, std::int64_t>> seen;
  for (const Training& training : search(s, 2, 1, {2, {}}).trained) {
    const Reader read(training.configuration, *s.experiment);
    seen.emplace(read.integer("index"), read.real("milliseconds"), read.integer("replicate"));
  }
  std::set<std::tuple<std::int64_t, double, std::int64_t>> expected;
  for (const auto& [index, time] : {std::pair(1, 10.), {2, 2.}, {3, 0.1}, {4, 1.}, {5, 20.}})
    for (const int replicate : {0, 1}) expected.emplace(index, time, replicate);
  CHECK(seen == expected);
}

TEST_CASE("conditional ranges: inactive ones are tried once, and the peak is found where they are active") {
  for (const char* index :
       {"[1, 2, 3, 4, 5]", R"({"min": 1, "max": 9})", R"({"min": 1, "max": 9999999, "scale": "log"})"}) {
    CAPTURE(index);
    std::string parameters = R"("milliseconds": {"min": 0.01, "max": 100, "scale": "log", "when": {"outcome": "nan"}},
      "outcome": ["complete", "nan"], "replicate": {"values": [7], "when": {"outcome": "complete"}})";
    parameters += R"(, "index": {"when": {"outcome": "nan"}, )";
    parameters += index[0] == '[' ? "\"values\": " + std::string(index) + "}" : std::string(index + 1);
    const Space s = noop_space(R"({"name": "bayes", "trials": 40, "width": 3})", parameters);
    const Search found = search(s, 3, 1, {3, {}});
    REQUIRE(found.trained.size() == 40);
    double best = -1e9;
    int apart = 0;
    std::set<Identity> seen;
    for (const Training& training : found.trained) {
      const Reader read(training.configuration, *s.experiment);
      best = std::max(best, peak(training, s));
      CHECK(seen.insert(identity(training.configuration, *s.experiment, s.seed)).second);
      if (read.choice("outcome") == "nan") {
        CHECK(read.integer("replicate") == 0);
        continue;
      }
      ++apart;
      CHECK(read.real("milliseconds") == 0);
      CHECK(read.integer("index") == 0);
      CHECK(read.integer("replicate") == 7);
    }
    CHECK(apart == 1);
    CHECK(best > -0.1);
    const Search first = search(s, 3, 5, {3, {}}, 20);
    CHECK(search(s, 2, 6, {3, first.proposed}).trained == found.trained);
  }
}

TEST_CASE("an axis of a single value does not count, and proposals are fitted without it") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 12, "width": 1})",
                             R"("replicate": {"min": 5, "max": 5}, "index": {"min": 1, "max": 500},
                                "milliseconds": {"min": 2, "max": 2})");
  const Search found = search(s, 1, 1, {1, {}});
  REQUIRE(found.proposed.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(found.proposed[i].parameters.find("null") == std::string::npos);
    CHECK(found.proposed[i].parameters.empty() == (i < 3));  // the start: one for the axis and two more
    const Reader read(found.trained[i].configuration, *s.experiment);
    CHECK(read.integer("replicate") == 5);
    CHECK(read.real("milliseconds") == 2);
  }
}

TEST_CASE("repeated values of zipped axes are told apart, and leave no number undefined") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 10, "width": 1})",
                             R"("replicate": [7, 7, 7, 7], "milliseconds": [1, 2, 3, 4], "index": [1, 2, 3])",
                             R"(, "zip": [["replicate", "milliseconds"]])");
  const Search found = search(s, 1, 1, {1, {}});
  REQUIRE(found.proposed.size() == 10);
  CHECK(std::ranges::any_of(found.proposed, [](const Proposed& each) { return !each.parameters.empty(); }));
  for (const Proposed& each : found.proposed) CHECK(each.parameters.find("null") == std::string::npos);
}

TEST_CASE("a range of integers is on its scale") {
  const auto places = [](const char* range) {
    const Space s = noop_space(R"({"name": "bayes", "trials": 3})", R"("index": )" + std::string(range));
    const Trainings trainings(s);
    return ModelledSpace(s, trainings).dimensions().at(0).places;
  };
  const auto logarithmic = places(R"({"min": 1, "max": 100, "scale": "log"})");
  REQUIRE(logarithmic.size() == 100);
  CHECK(logarithmic[0] == 0);
  CHECK(logarithmic[9] == doctest::Approx(0.5));  // 10, between 1 and 100
  CHECK(logarithmic[99] == 1);
  CHECK(places(R"({"min": 1, "max": 101})").at(25) == 0.25);
}

TEST_CASE("a start that finds a single configuration in millions tries it and ends") {
  const Space s = noop_space(R"({"name": "bayes", "trials": 20})", nine_million, few_left(1));
  CHECK(make_bayes(s, {1, {}})->trials() == 1);
  CHECK(search(s, 1, 1, {1, {}}).trained.size() == 1);
}
