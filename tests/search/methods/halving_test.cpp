#include "search/methods/halving.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

#include "search/base/error.hpp"
#include "tests/search/methods/noop_space.hpp"

using namespace stormsweep;

namespace {

Space halving_space(const std::string& method, const std::string& parameters = R"("index": {"min": 0, "max": 999})",
                    const std::string& epochs = R"({"min": 1, "max": 27})") {
  return test::noop_space(method, parameters + R"(, "epochs": )" + epochs);
}

/// (number, bracket, rung, epochs) of every training, when `value` decides, `ranks` trainings run at a time and end in
/// a random order.
using Trained = std::set<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t, std::int64_t>>;
struct Halving {
  Trained trained;
  std::vector<Training> dropped;
};
template <class Value>
Halving halve(const Space& space, std::size_t ranks, unsigned seed, Value value, const Share& share = {}) {
  Halving search;
  const auto method = make_halving(space, share);
  std::mt19937 random(seed);
  std::vector<Training> running;
  for (;;) {
    while (running.size() < ranks) {
      auto training = method->next();
      if (!training) break;
      running.push_back(*training);
    }
    if (running.empty()) break;
    std::swap(running[random() % running.size()], running.back());
    const Training ended = running.back();
    running.pop_back();
    CHECK(search.trained.emplace(ended.id.value, ended.rung->bracket, ended.rung->number, ended.milestones[0]).second);
    method->learn(ended, 0, {value(ended)});
    for (auto& each : method->take_dropped()) search.dropped.push_back(each);
  }
  CHECK(method->exhausted());
  CHECK(method->trials() == search.trained.size());
  return search;
}

double hash(const Training& training) {
  return static_cast<double>(
      (training.id.value * 2654435761u + 7 * static_cast<std::uint64_t>(training.milestones[0])) % 101);
}

}  // namespace

TEST_CASE("the brackets of hyperband are those of its paper") {  // Li et al. 2018, table 1: R = 81, eta = 3
  const Space s = halving_space(R"("hyperband")", R"("index": {"min": 0, "max": 999})", R"({"min": 1, "max": 81})");
  CHECK(rungs(s) == std::vector<std::int64_t>{1, 3, 9, 27, 81});
  CHECK(brackets(s) == 5);
  const std::vector<BracketPlan> plans{{0, 81}, {1, 34}, {2, 15}, {3, 8}, {4, 5}};
  for (std::uint64_t b = 0; b < 12; ++b) CHECK(plan_of(s, b) == plans[b % 5]);
}

TEST_CASE("halving of nine: who goes on, by hand") {
  const Space s = halving_space(R"("halving")", R"("index": {"min": 0, "max": 999})", "[1, 3, 9]");
  // A higher number is better, but worse at 3 epochs.
  const auto value = [](const Training& t) {
    const auto id = static_cast<double>(t.id.value);
    return t.milestones[0] == 3 ? -id : id;
  };
  Trained expected;
  for (std::uint64_t id = 0; id < 9; ++id) expected.emplace(id, 0, 0, 1);
  for (std::uint64_t id = 6; id < 9; ++id) expected.emplace(id, 0, 1, 3);
  expected.emplace(6, 0, 2, 9);
  const Halving found = halve(s, 4, 1, value);
  CHECK(found.trained == expected);
  std::multiset<std::uint64_t> dropped;
  for (const Training& training : found.dropped) dropped.insert(training.id.value);
  CHECK(dropped == std::multiset<std::uint64_t>{0, 1, 2, 3, 4, 5, 7, 8});
}

TEST_CASE("the order of arrival and the number of ranks change nothing") {
  for (const char* method :
       {R"({"name": "halving", "brackets": 4, "size": 20})", R"({"name": "hyperband", "brackets": 6})",
        R"({"name": "halving", "eta": 2, "brackets": 3, "size": 11, "from": "sobol"})"}) {
    CAPTURE(method);
    const Space s = halving_space(method);
    const Trained one = halve(s, 1, 1, hash).trained;
    for (const std::size_t ranks : {2, 3, 7, 100, 100000})
      CHECK(halve(s, ranks, static_cast<unsigned>(ranks), hash).trained == one);
    Trained together;  // shares are whole brackets
    for (std::uint64_t index = 0; index < 3; ++index) together.merge(halve(s, 5, 2, hash, {index, 3}).trained);
    CHECK(together == one);
  }
}

TEST_CASE("the oldest bracket's highest rung comes first, and a new bracket only where none has work") {
  const Space s =
      halving_space(R"({"name": "halving", "brackets": 2, "size": 3})", R"("index": {"min": 0, "max": 999})", "[1, 3]");
  const auto method = make_halving(s, {});
  std::vector<Training> t;
  for (int i = 0; i < 4; ++i) t.push_back(method->next().value());
  CHECK(t[2].rung == Rung{0, 0, true});
  CHECK(t[3].rung == Rung{1, 0, true});
  for (int i = 0; i < 3; ++i) method->learn(t[static_cast<std::size_t>(i)], 0, {static_cast<double>(i)});
  const Training promoted = method->next().value();
  CHECK(promoted.rung == Rung{0, 1, false});
  CHECK(promoted.id == t[2].id);
  CHECK(promoted.milestones == std::vector<std::int64_t>{3});
  CHECK(method->next()->rung == Rung{1, 0, true});
}

TEST_CASE("a finite grid ends: the last bracket is smaller") {
  const Space s = halving_space(R"({"name": "halving", "brackets": 5, "size": 9})",
                                R"("index": [1, 2, 3, 4, 5], "replicate": [0, 1])", "[1, 3]");
  const Halving found = halve(s, 3, 1, hash);
  CHECK(found.trained.size() == 9 + 3 + 1 + 1);
}

TEST_CASE("failed ones never go on") {
  const Space s = halving_space(R"({"name": "halving", "size": 9})", R"("index": {"min": 0, "max": 999})", "[1, 3]");
  const auto method = make_halving(s, {});
  std::vector<Training> t;
  for (int i = 0; i < 9; ++i) t.push_back(method->next().value());
  for (const Training& training : t)
    method->learn(training, 0, {training.id.value < 7 ? std::nullopt : std::optional(1.0)});
  CHECK(method->next()->id.value == 7);
  CHECK(method->next()->id.value == 8);
  CHECK_FALSE(method->next());
}

TEST_CASE("limits.trials is as many whole brackets as it has room for") {
  const auto within = [](const char* method, int trials) {
    return parse_space(fmt::format(R"({{"name": "s", "experiment": "noop", "method": "{}", "limits": {{"trials": {}}},
                                      "parameters": {{"index": {{"min": 0, "max": 100000}}, "epochs": [1, 3, 9]}}}})",
                                   method, trials),
                       "s.json", "/");
  };
  // 9 + 3 + 1 trials a bracket; by hyperband 9 + 3 + 1, 5 + 1 and 3.
  CHECK(brackets(within("halving", 13)) == 1);
  CHECK(brackets(within("halving", 38)) == 2);
  CHECK(brackets(within("halving", 39)) == 3);
  CHECK(make_halving(within("halving", 38), {})->trials() == 26);
  CHECK(brackets(within("hyperband", 18)) == 1);
  CHECK(brackets(within("hyperband", 19)) == 2);
  CHECK(brackets(within("hyperband", 35)) == 4);
  CHECK_THROWS_WITH_AS(brackets(within("halving", 12)),
                       "search 's': limits.trials is 12, and a bracket has 13; raise it (stormsweep plan)", InputError);
}

TEST_CASE("brackets that could not be counted are refused, and those beyond the end of the space are not") {
  const auto refusal = [](const std::string& method, const std::string& epochs, const std::string& index) {
    try {
      make_halving(halving_space(method, R"("index": )" + index, epochs), {})->trials();
      return std::string();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  std::string twenty = "[1";
  for (int epoch = 2; epoch <= 20; ++epoch) twenty += fmt::format(", {}", epoch);
  twenty += "]";
  const std::string range = R"({"min": 0, "max": 1000000000})", few = "[1, 2, 3]";
  CHECK(refusal(R"("halving")", twenty, range) ==
        "s.json: parameters.epochs has 20 rungs, so method.size is 1162261467; give method.size or fewer rungs");
  CHECK(refusal(R"("hyperband")", twenty, range) ==
        "s.json: parameters.epochs has 20 rungs, so the size of the first bracket is 1162261467; give fewer rungs");
  CHECK(refusal(R"({"name": "halving", "size": 10000000000000})", "[1, 3]", range) ==
        "s.json: method.size is 10000000000000; a bracket has at most 1000000 configurations: give fewer");
  CHECK(refusal(R"({"name": "halving", "brackets": 100000000})", "[1, 3]", range) ==
        "s.json: method.brackets is 100000000; give at most 1000000");
  CHECK(refusal(R"("halving")", twenty, few) == "");
  CHECK(refusal(R"({"name": "halving", "size": 10000000000000})", "[1, 3]", few) == "");
  CHECK(refusal(R"({"name": "halving", "brackets": 100000000})", "[1, 3]", few) == "");
  const Space most =
      halving_space(R"({"name": "halving", "size": 3, "brackets": 1000000})", R"("index": )" + range, "[1, 3]");
  CHECK(make_halving(most, {})->trials() == 4'000'000);
  const Space limited =
      parse_space(R"({"name": "s", "experiment": "noop", "method": "halving", "parameters": {"index": )" + range +
                      R"(, "epochs": [1, 3]}, "limits": {"trials": 1000000000000}})",
                  "s.json", "/");
  CHECK_THROWS_WITH_AS(brackets(limited), doctest::Contains("room for more than 1000000 brackets"), InputError);
}

TEST_CASE("what halving cannot do is refused") {
  const auto refusal = [](const std::string& method, const std::string& more) {
    try {
      parse_space(R"({"name": "s", "experiment": "noop", "method": )" + method + more + "}", "s.json", "/");
      return std::string("accepted");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  CHECK(refusal(R"("halving")", R"(, "parameters": {"index": [1, 2]})") ==
        "s.json: method: halving needs at least two rungs; give parameters.epochs, as {\"min\": 1, \"max\": 81} or a "
        "list");
  CHECK(refusal(R"({"name": "halving", "eta": 1})", R"(, "parameters": {"epochs": [1, 2]})") ==
        "s.json: method.eta is 1; give an integer of at least 2");
  CHECK(refusal(R"({"name": "grid", "eta": 2})", R"(, "parameters": {})").starts_with("s.json: method.eta is not"));
  CHECK(refusal(R"("halfing")", R"(, "parameters": {})") == "s.json: method is \"halfing\"; did you mean halving?");
  CHECK(refusal(R"({"name": "halving", "brackets": 2})",
                R"(, "parameters": {"epochs": [1, 2], "index": [1, 2]}, "limits": {"trials": 5})") ==
        "s.json: limits.trials is 5; method.brackets says how far halving goes: give one of them");
  CHECK(refusal(R"("halving")",
                R"(, "parameters": {"epochs": [1, 2], "index": [1, 2]}, "exclude": [{"epochs": 1, "index": 2}])")
            .starts_with("s.json: exclude is"));
}
