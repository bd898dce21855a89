#include "search/methods/sequence.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "search/base/error.hpp"
#include "search/methods/halving.hpp"
#include "search/methods/methods.hpp"
#include "search/methods/synchronous.hpp"
#include "search/space/membership.hpp"

using namespace stormsweep;

namespace {

using Json = nlohmann::ordered_json;
using Identities = std::multiset<Identity>;

/// A space as in its file, to be enumerated by search/space/README.md's description: by value, in nested loops.
struct Description {
  struct Parameter {
    std::string name;
    Json values;
    Json when = Json::object();  ///< name -> list
  };
  std::vector<Parameter> parameters;
  std::vector<std::size_t> zip;  ///< of parameters; or none
  Json exclude = Json::array();  ///< name -> list
};

const Experiment& noop() {
  return find_experiment("noop", "test");
}

Json fallback(const std::string& name) {
  return to_json(noop().hyperparameters[*noop().find(name)].fallback);
}

bool among(const Json& value, const Json& list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool meets(const Json& configuration, const Json& lists) {
  return std::all_of(lists.items().begin(), lists.items().end(),
                     [&](const auto& item) { return among(configuration[item.key()], item.value()); });
}

bool belongs(const Json& configuration, const Description& space) {
  for (const auto& [name, values, when] : space.parameters) {
    const bool active = meets(configuration, when);
    if (active ? !among(configuration[name], values) : configuration[name] != fallback(name)) return false;
  }
  if (!space.zip.empty() && meets(configuration, space.parameters[space.zip[0]].when)) {
    bool pair = false;
    for (std::size_t i = 0; i < space.parameters[space.zip[0]].values.size(); ++i)
      pair |= std::all_of(space.zip.begin(), space.zip.end(), [&](std::size_t p) {
        return configuration[space.parameters[p].name] == space.parameters[p].values[i];
      });
    if (!pair) return false;
  }
  return std::none_of(space.exclude.begin(), space.exclude.end(),
                      [&](const Json& lists) { return meets(configuration, lists); });
}

/// Every combination of the named values and defaults.
std::vector<Json> combinations(const Description& space) {
  std::vector<Json> all{Json::object()};
  for (const auto& parameter : space.parameters) {
    Json values = parameter.values;
    if (!among(fallback(parameter.name), values)) values.push_back(fallback(parameter.name));
    std::vector<Json> longer;
    for (Json configuration : all)
      for (const Json& value : values) {
        configuration[parameter.name] = value;
        longer.push_back(configuration);
      }
    all = std::move(longer);
  }
  return all;
}

Configuration configuration(const Json& named) {
  Configuration result;
  for (const Hyperparameter& h : noop().hyperparameters)
    result.values.push_back(named.contains(h.name) ? h.read(named[h.name], "") : h.fallback);
  return result;
}

std::string text(const Description& description, const std::string& method) {
  Json json{{"name", "s"}, {"experiment", "noop"}, {"method", method}, {"parameters", Json::object()}};
  for (const auto& [name, values, when] : description.parameters) {
    json["parameters"][name] = {{"values", values}};
    if (!when.empty()) json["parameters"][name]["when"] = when;
  }
  for (const std::size_t p : description.zip) json["zip"][0].push_back(description.parameters[p].name);
  if (!description.exclude.empty()) json["exclude"] = description.exclude;
  return json.dump();
}

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  /// Later parameters depend on earlier ones; then all are shuffled.
  Description make() {
    Description space;
    std::vector<std::string> names{"index", "milliseconds", "outcome", "replicate"};
    std::shuffle(names.begin(), names.end(), random_);
    for (const std::string& name : names) space.parameters.push_back({name, values(name)});
    for (std::size_t p = 1; p < 4; ++p)
      if (below(2)) depend(space, p);
    auto &one = space.parameters[1], &two = space.parameters[2];
    if (one.values.size() == two.values.size() && below(2)) {
      space.zip = {1, 2};
      two.when = one.when;
    }
    if (below(2)) space.parameters.push_back({"epochs", {1, 3, 9}});
    if (below(2)) space.parameters.push_back({"gpus", {1, 2}});
    for (std::size_t i = below(3); i > 0; --i) space.exclude.push_back(exclusion(space));
    shuffle(space);
    return space;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  Json values(const std::string& name) {
    std::vector<Json> all = name == "outcome"        ? std::vector<Json>{"complete", "throw", "nan"}
                            : name == "milliseconds" ? std::vector<Json>{0.0, 0.5, 2.0, 4.0}
                                                     : std::vector<Json>{0, 1, 2, 5};
    std::shuffle(all.begin(), all.end(), random_);
    all.resize(1 + below(3));
    return all;
  }

  Json some(const Json& values) {
    Json some = Json::array();
    while (some.empty())
      for (const Json& value : values)
        if (below(2)) some.push_back(value);
    return some;
  }

  void depend(Description& space, std::size_t p) {
    for (std::size_t on = below(p); on < p; on += 2) {
      const auto& other = space.parameters[on];
      space.parameters[p].when[other.name] = some(below(3) ? other.values : values(other.name));
    }
  }

  Json exclusion(const Description& space) {
    Json lists;
    for (int i = 0; i < 2; ++i) {
      const auto& parameter = space.parameters[below(space.parameters.size())];
      lists[parameter.name] = some(parameter.values);
    }
    return lists;
  }

  void shuffle(Description& space) {
    std::vector<std::string> zipped;
    for (const std::size_t p : space.zip) zipped.push_back(space.parameters[p].name);
    std::shuffle(space.parameters.begin(), space.parameters.end(), random_);
    for (std::size_t i = 0; i < zipped.size(); ++i)
      space.zip[i] = static_cast<std::size_t>(std::find_if(space.parameters.begin(), space.parameters.end(),
                                                           [&](const auto& p) { return p.name == zipped[i]; }) -
                                              space.parameters.begin());
  }

  std::mt19937 random_;
};

void add(Identities& all, const Training& training) {
  for (std::size_t k = 0; k < training.trials(); ++k) all.insert(identity(training.trial(k, noop()), noop(), 0));
}

Identities of_sequence(const Space& space) {
  Identities all;
  const auto sequence = make_sequence(space);
  for (auto training = sequence->next({0}); training; training = sequence->next({training->id.value + 1}))
    add(all, *training);
  return all;
}

Identities of_grid(const Space& space) {
  Identities all;
  for (auto i = space.grid.next(0); i; i = space.grid.next(*i + 1))
    all.insert(identity(space.configuration(*i), noop(), 0));
  return all;
}

Identities of_shares(const Space& space) {
  Identities all;
  for (std::uint64_t index = 0; index < 3; ++index) {
    const auto method = make_method(space, {index, 3});
    while (const auto training = method->next()) add(all, *training);
  }
  return all;
}

Identities of_ranks(const Space& space) {
  Identities all;
  for (int rank = 1; rank <= 3; ++rank) {
    SynchronousShare share(space, rank, 3);
    while (const auto turn = share.next())
      if (turn->members.front() == rank) add(all, turn->training);
  }
  return all;
}

/// The number of trainings that share epochs: configurations, with those that differ only in epochs counted once.
std::set<Identity> apart_from_epochs(const std::vector<Json>& configurations) {
  std::set<Identity> seen;
  for (Json named : configurations) {
    named.erase("epochs");
    seen.insert(identity(configuration(named), noop(), 0));
  }
  return seen;
}

bool may_halve(const Description& description) {
  const auto& all = description.parameters;
  return std::any_of(all.begin(), all.end(), [](const auto& p) { return p.name == "epochs"; }) &&
         std::none_of(description.exclude.begin(), description.exclude.end(),
                      [](const Json& lists) { return lists.contains("epochs"); });
}

std::multiset<Identity> of_halving(const Space& space) {
  std::multiset<Identity> all;
  const auto sequence = configurations(space);
  for (auto training = sequence->next({0}); training; training = sequence->next({training->id.value + 1}))
    all.insert(identity(training->configuration, noop(), 0));
  return all;
}

}  // namespace

TEST_CASE("zipped and conditional axes make what nested loops over their values make") {
  int spaces = 0, linked = 0, empty = 0, halved = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    const Description description = Maker(seed).make();
    CAPTURE(text(description, "grid"));
    const std::vector<Json> all = combinations(description);
    std::vector<Json> configurations;
    Identities expected;
    for (const Json& named : all)
      if (belongs(named, description)) {
        configurations.push_back(named);
        expected.insert(identity(configuration(named), noop(), 0));
      }
    std::optional<Space> space;
    try {
      space = parse_space(text(description, "grid"), "s.json", "/");
    } catch (const InputError& error) {
      CAPTURE(error.what());
      const std::string problem = error.what();
      const bool never_together = problem.find("never have these values together") != std::string::npos;
      const bool nothing_left = problem.find("leaves out every configuration") != std::string::npos;
      CHECK((never_together || (nothing_left && expected.empty())));
      ++empty;
      continue;
    }
    ++spaces;
    linked += space->grid.size() > expected.size();
    REQUIRE_FALSE(expected.empty());
    CHECK(space->grid.count() == expected.size());
    CHECK(of_grid(*space) == expected);
    CHECK(of_sequence(*space) == expected);
    const std::set<Identity> apart = apart_from_epochs(configurations);
    CHECK(Trainings(*space).count() == apart.size());
    if (may_halve(description)) {
      const Space halving = parse_space(text(description, "halving"), "s.json", "/");
      CHECK(of_halving(halving) == std::multiset<Identity>(apart.begin(), apart.end()));
      ++halved;
    }
    CHECK(of_shares(*space) == expected);
    CHECK(of_ranks(*space) == expected);
    const Membership membership(*space);
    for (const Json& named : all)
      CHECK(membership.has(configuration(named)) == expected.contains(identity(configuration(named), noop(), 0)));
    for (const char* method : {"random", "sobol"}) {
      const Space drawn = parse_space(text(description, method), "s.json", "/");
      CHECK(make_sequence(drawn)->trials() == expected.size());
      CHECK(of_sequence(drawn) == expected);
      CHECK(of_shares(drawn) == expected);
      CHECK(of_ranks(drawn) == expected);
    }
  }
  CHECK(spaces > 400);
  CHECK(linked > 200);
  CHECK(empty > 0);
  CHECK(halved > 50);
}

TEST_CASE("a range with a condition is drawn as often as what it depends on") {
  const std::string parameters = R"("outcome": ["complete", "throw"],
    "index": {"min": 10, "max": 1000000000, "scale": "log", "when": {"outcome": "throw"}},
    "milliseconds": {"min": 1, "max": 9})";
  for (const char* method : {"random", "sobol"}) {
    CAPTURE(method);
    const Space space =
        parse_space(R"({"name": "s", "experiment": "noop", "method": {"name": ")" + std::string(method) +
                        R"(", "trials": 1024}, "parameters": {)" + parameters + "}}",
                    "s.json", "/");
    CHECK(values(space, "index").size() == 3);
    const Membership membership(space);
    const auto sequence = make_sequence(space);
    int thrown = 0, trainings = 0;
    for (auto training = sequence->next({0}); training; training = sequence->next({training->id.value + 1})) {
      const Reader read(training->configuration, noop());
      const bool throws = read.choice("outcome") == "throw";
      CHECK((throws ? read.integer("index") >= 10 : read.integer("index") == 0));
      CHECK(membership.has(training->configuration));
      thrown += throws;
      ++trainings;
    }
    CHECK(trainings == 1024);
    CHECK(std::abs(thrown - 512) < 64);  // 4 standard deviations of independent draws
    Configuration other = make_sequence(space)->next({0})->configuration;
    other.values[*noop().find("outcome")] = std::string("complete");
    other.values[*noop().find("index")] = std::int64_t{10};
    CHECK_FALSE(membership.has(other));
  }
}

TEST_CASE("configurations that differ only in inactive hyperparameters are drawn once") {
  const auto drawn = [](const std::string& method) {
    const Space space = parse_space(R"({"name": "s", "experiment": "noop", "method": {"name": ")" + method +
                                        R"(", "trials": 50}, "parameters": {"outcome": ["complete", "throw"],
      "milliseconds": {"min": 1, "max": 9, "when": {"outcome": "throw"}}}})",
                                    "s.json", "/");
    int complete = 0;
    const auto sequence = make_sequence(space);
    for (auto training = sequence->next({0}); training; training = sequence->next({training->id.value + 1}))
      complete += Reader(training->configuration, noop()).choice("outcome") == "complete";
    return complete;
  };
  CHECK(drawn("random") == 1);
  CHECK(drawn("sobol") == 1);
}

TEST_CASE("guesses come first where their conditions hold") {
  for (const char* method : {"random", "sobol"}) {
    CAPTURE(method);
    const Space space = parse_space(R"({"name": "s", "experiment": "noop", "method": ")" + std::string(method) +
                                        R"(", "parameters": {
      "outcome": {"values": ["complete", "throw"], "guess": "throw"}, "replicate": [0, 1, 2, 3, 4, 5],
      "index": {"values": [7, 8, 9], "guess": 9, "when": {"outcome": "throw"}},
      "milliseconds": {"values": [1, 2, 3], "when": {"outcome": "complete"}, "guess": 2}}})",
                                    "s.json", "/");
    const auto sequence = make_sequence(space);
    const auto first = sequence->at({0});
    REQUIRE(first);
    const Reader read(first->configuration, noop());
    CHECK(read.choice("outcome") == "throw");
    CHECK(read.integer("index") == 9);
    CHECK(read.real("milliseconds") == 0);
    CHECK(sequence->trials() == 6 * (3 + 3));
  }
}

namespace {

/// Four choices, each with three axes of ten values of its own, before the choice or after it: 4 * 10^3 configurations
/// in a grid of 4 * 11^12. `guess`: for the first axis of the first choice.
Space choices(const std::string& method, bool last) {
  std::string choice = R"("choice": ["a", "b", "c", "d"])", own, declared;
  for (const char* name : {"a", "b", "c", "d"})
    for (int i = 0; i < 3; ++i) {
      own += fmt::format(R"(, "{0}{1}": {{"values": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "when": {{"choice": "{0}"}}}})",
                         name, i);
      declared += fmt::format(R"(, {{"name": "{}{}", "type": "real", "default": 0.5, "min": 0, "max": 10,
                                    "meaning": "x"}})",
                              name, i);
    }
  const std::string experiment =
      R"({"name": "c", "summary": "x", "run": ["true"], "data": [], "metrics": [{"name": "loss", "goal": "minimize",
          "meaning": "l"}], "hyperparameters": [{"name": "choice", "type": "choice", "choices": ["a", "b", "c", "d"],
          "default": "a", "meaning": "x"})" +
      declared + "]}";
  return parse_space(fmt::format(R"({{"name": "s", "experiment": {}, "method": {}, "parameters": {{{}}}}})", experiment,
                                 method, last ? own.substr(2) + ", " + choice : choice + own),
                     "s.json", "/");
}

}  // namespace

TEST_CASE("few configurations among very many points are found at once, by any method") {
  for (const bool last : {false, true})
    for (const char* method :
         {R"("grid")", R"("random")", R"({"name": "random", "trials": 50})", R"({"name": "sobol", "trials": 50})"}) {
      CAPTURE(method);
      CAPTURE(last);
      const Space space = choices(method, last);
      const auto sequence = make_sequence(space);
      std::set<Identity> all;
      std::map<std::string, int> by_choice;
      for (auto training = sequence->next({0}); training; training = sequence->next({training->id.value + 1})) {
        all.insert(identity(training->configuration, *space.experiment, 0));
        ++by_choice[Reader(training->configuration, *space.experiment).choice("choice")];
      }
      const bool some = space.method.trials.has_value();
      CHECK(all.size() == (some ? 50 : 4000));
      CHECK(sequence->trials() == all.size());
      if (!some) CHECK(by_choice == std::map<std::string, int>{{"a", 1000}, {"b", 1000}, {"c", 1000}, {"d", 1000}});
    }
}

TEST_CASE("guesses that exclusions allow with some values only come first with the first draw of these") {
  const std::string parameters = R"("index": {"values": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "guess": 7},
    "replicate": [0, 1, 2, 3, 4, 5, 6, 7])";
  const auto space = [&](const std::string& method, const std::string& replicates, const std::string& more = "") {
    return parse_space(R"({"name": "s", "experiment": "noop", "method": )" + method + R"(, "parameters": {)" +
                           parameters + more + R"(}, "exclude": [{"index": 7, "replicate": )" + replicates + "}]}",
                       "s.json", "/");
  };
  const std::string range = R"(, "milliseconds": {"min": 0, "max": 1})";
  for (const auto& [method, more] :
       std::vector<std::pair<std::string, std::string>>{{R"("random")", ""},
                                                        {R"("sobol")", ""},
                                                        {R"({"name": "random", "trials": 8})", range},
                                                        {R"({"name": "sobol", "trials": 8})", range}}) {
    CAPTURE(method);
    const Space one = space(method, "[0, 1, 2, 3, 4, 5, 6]", more);
    const auto sequence = make_sequence(one);
    const auto first = sequence->at({0});
    REQUIRE(first);
    CHECK(Reader(first->configuration, noop()).integer("index") == 7);
    CHECK(Reader(first->configuration, noop()).integer("replicate") == 7);
    CHECK(sequence->trials() == (more.empty() ? 73 : 8));
    CHECK(doubts(one).empty());
    if (more.empty()) CHECK(of_sequence(one) == of_grid(one));
    const Space none = space(method, "[0, 1, 2, 3, 4, 5, 6, 7]", more);
    CHECK(make_sequence(none)->trials() == (more.empty() ? 72 : 8));
    CHECK(doubts(none) ==
          std::vector<std::string>{
              "parameters.index.guess is not tried first: exclude leaves out every configuration with it"});
  }
}
