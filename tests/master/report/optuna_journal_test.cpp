#include "master/report/optuna_journal.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using Json = nlohmann::json;

namespace {

std::vector<Json> journal(const std::string& file) {
  Selection selection(file, "", "");
  std::stringstream text;
  optuna_journal(selection, selection.searches()[0], text);
  std::vector<Json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("a search as Optuna's journal: the lines that Optuna 3.1 itself writes for such a study") {
  const TornadoResults results;
  const auto lines = journal(results.file);
  REQUIRE(lines.size() == 1 + 14);
  CHECK(lines[0] == Json::parse(R"({"op_code": 0, "worker_id": "stormsweep", "study_name": "s", "directions": [2]})"));
  const Json& first = lines[1];
  CHECK(first["op_code"] == 4);
  CHECK(first["state"] == 1);
  CHECK(first["value"] == doctest::Approx(0.9064));
  CHECK(first["datetime_start"] == "2023-11-14T22:13:20");
  CHECK(first["params"]["batch_size"] == 64);
  CHECK(Json::parse(first["distributions"]["batch_size"].get<std::string>()) ==
        Json::parse(R"({"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 64, "high": 256}})"));
  CHECK(first["user_attrs"]["wall_seconds"] == 78.125);
  CHECK(first["user_attrs"]["trial"] == 1);
  const Json& last = lines[14];
  CHECK(last["state"] == 3);
  CHECK(last["value"].is_null());
  CHECK(last["user_attrs"]["error"] == "loss is nan & more");
}

TEST_CASE("words and flags are choices, by their place; curves are intermediate values") {
  const TemporaryFolder folder;
  const std::string file = (folder / "t.db").string();
  const Space space = tornado_space(R"({"epochs": 2, "augmentation": ["none", "live"], "pool_last": [false, true]})");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 4; ++i) {
      const Training t = training(space, i);
      store.finish(t, 0, worker(), outcome(0.5, "validation_accuracy"));
      store.add_epochs(t, {{1, 1, {{"validation_accuracy", 0.25}}}, {2, 2, {{"validation_accuracy", 0.5}}}});
    }
  }
  const auto lines = journal(file);
  REQUIRE(lines.size() == 5);
  const auto choices = [&](const char* name) {
    return Json::parse(lines[1]["distributions"][name].get<std::string>())["attributes"]["choices"];
  };
  CHECK(choices("augmentation") == Json{"live", "none"});
  CHECK(choices("pool_last") == Json{false, true});
  for (std::size_t i = 1; i < 5; ++i) {
    const auto rows =
        query(file, "SELECT augmentation = 'none', pool_last FROM results WHERE trial = " + std::to_string(i));
    CHECK(rows[0] == lines[i]["params"]["augmentation"].dump() + "|" + lines[i]["params"]["pool_last"].dump());
    CHECK(lines[i]["intermediate_values"] == Json::parse(R"({"1": 0.25, "2": 0.5})"));
  }
}

TEST_CASE("what a trial lacks, from before the experiment had it, is no parameter of that trial") {
  const TemporaryFolder folder;
  const std::string file = (folder / "t.db").string();
  const Space space = noop_space(R"({"index": [1, 2, 3], "milliseconds": [1, 2]})");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5));
  }
  execute(
      file,
      "UPDATE trials SET configuration = json_remove(configuration, '$.milliseconds'), error = 'W' || x'e4' || 'rme' "
      "WHERE id = 1");
  const auto lines = journal(file);
  REQUIRE(lines.size() == 7);
  CHECK(lines[1]["params"] == Json{{"index", 1}});
  CHECK(lines[1]["distributions"].size() == 1);
  CHECK(lines[2]["params"].size() == 2);
  CHECK(lines[1]["user_attrs"]["error"] == "W\xef\xbf\xbdrme");  // from an older version, which stored any bytes
}
