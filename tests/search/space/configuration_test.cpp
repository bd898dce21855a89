#include "search/space/configuration.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

const Experiment& noop() {
  return find_experiment("noop", "test");
}

/// index 7, milliseconds 0.5, outcome complete, gpus 1, replicate 0, epochs 1.
Configuration sample() {
  return {{std::int64_t{7}, 0.5, std::string("complete"), std::int64_t{1}, std::int64_t{0}, std::int64_t{1}}};
}

}  // namespace

TEST_CASE("a configuration as JSON has every hyperparameter in declared order") {
  CHECK(to_json(sample(), noop()).dump() ==
        R"({"index":7,"milliseconds":0.5,"outcome":"complete","gpus":1,"replicate":0,"epochs":1})");
}

TEST_CASE("a reader finds values by name") {
  const Configuration configuration = sample();
  const Reader reader(configuration, noop());
  CHECK(reader.integer("index") == 7);
  CHECK(reader.real("milliseconds") == 0.5);
  CHECK(reader.choice("outcome") == "complete");
}

// Expected values from a Python twin of FNV-1a over: name, end mark, kind (i, r, w, b) and text of each value, end
// mark; then the seed.
TEST_CASE("a trial's identity is stable for ever") {
  CHECK(to_hex(identity(sample(), noop(), 3)) == "1ad711c61c6b312fa28eb03152bb2a60");
}

TEST_CASE("the order of declaration does not matter to an identity") {
  Experiment turned = noop();
  std::reverse(turned.hyperparameters.begin(), turned.hyperparameters.end());
  Configuration configuration = sample();
  std::reverse(configuration.values.begin(), configuration.values.end());
  CHECK(identity(configuration, turned, 3) == identity(sample(), noop(), 3));
}

TEST_CASE("every changed value, and the seed, changes the identity") {
  std::set<Identity> identities{identity(sample(), noop(), 3), identity(sample(), noop(), 4)};
  const auto changed = [&](std::size_t hyperparameter, Value value) {
    Configuration configuration = sample();
    configuration.values[hyperparameter] = std::move(value);
    identities.insert(identity(configuration, noop(), 3));
  };
  changed(0, std::int64_t{8});
  changed(1, 0.25);
  changed(2, std::string("throw"));
  changed(3, std::int64_t{7});
  changed(0, 7.0);  // a real is not an integer
  CHECK(identities.size() == 7);
}

TEST_CASE("a stored configuration is read, unless one of its values is none of the hyperparameter, however deep") {
  const std::string stored = to_json(sample(), noop()).dump();
  CHECK(parse_configuration(stored, noop()) == sample());
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  CHECK_FALSE(parse_configuration(R"({"index":)" + deep + stored.substr(stored.find(',')), noop()));
  CHECK_FALSE(parse_configuration(deep, noop()));
}

TEST_CASE("a configuration of an earlier version has the defaults of what came later; one of a later version is none") {
  auto json = to_json(sample(), noop());
  CHECK_FALSE(parse_earlier_configuration(json.dump(), noop()));
  const Hyperparameter& later = noop().hyperparameters[0];
  json.erase(later.name);
  Configuration expected = sample();
  REQUIRE_FALSE(expected.values[0] == later.fallback);
  expected.values[0] = later.fallback;
  CHECK(parse_earlier_configuration(json.dump(), noop()) == expected);
  json["given_up"] = 1;
  CHECK_FALSE(parse_earlier_configuration(json.dump(), noop()));
  CHECK_FALSE(parse_earlier_configuration("[]", noop()));
}

TEST_CASE("what an experiment does not declare cannot be read") {
  const Configuration configuration = sample();
  const Reader read(configuration, noop());
  CHECK_THROWS_WITH_AS(read.integer("gradient_lag"),
                       "experiment noop: does not declare the hyperparameter gradient_lag; declare it, or \"include\": "
                       "\"training\", in its experiment.json",
                       InputError);
  CHECK_THROWS_WITH_AS(read.real("index"),
                       "experiment noop: the hyperparameter index is not of type real; give it that type in its "
                       "experiment.json",
                       InputError);
}
