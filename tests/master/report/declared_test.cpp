#include "master/report/declared.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("units of metrics and coordinates are those of the experiment, of the user's own too") {
  const TemporaryFolder folder;
  std::ofstream(folder / "e.json") << R"({"name": "waves", "summary": "s", "run": ["true"], "data": [],
    "metrics": [{"name": "height_error", "goal": "minimize", "meaning": "m", "unit": "m"},
                {"name": "skill", "goal": "maximize", "meaning": "m"}],
    "profiles": [{"name": "lead_time", "unit": "h", "at": [1, 2],
                  "metrics": [{"name": "bias", "goal": "minimize", "meaning": "m", "unit": "cm"}]}],
    "hyperparameters": [{"name": "kind", "type": "choice", "default": "b", "choices": ["b", "a"], "meaning": "m"}]})";
  std::ofstream(folder / "s.json") << R"({"name": "s", "experiment": "./e.json", "parameters": {"kind": ["a", "b"]}})";
  std::ofstream(folder / "c.json") << R"({"name": "c", "experiment": "emulator",
    "data": {"train": "a", "validation": "b", "test": "c"}, "parameters": {"epochs": 1}})";
  for (const char* name : {"s", "c"}) {
    const Space space = read_space(folder / (name + std::string(".json")));
    Store(folder / (name + std::string(".db")), space, "f", {});
  }

  Selection own(folder / "s.db", "", "");
  CHECK(declared(own, "height_error").unit == "m");
  CHECK(declared(own, "skill").unit.empty());
  CHECK(declared(own, "lead_time").unit == "h");
  CHECK(declared(own, "bias").unit == "cm");
  CHECK(declared(own, "wall_seconds").unit == "s");
  CHECK(declared(own, "kind").words == std::vector<std::string>{"b", "a"});

  Selection shipped(folder / "c.db", "", "");
  CHECK(with_unit(shipped, "test_tas_monthly_rmse") == "test_tas_monthly_rmse (K)");
  CHECK(with_unit(shipped, "test_pr_band_rmse") == "test_pr_band_rmse (mm/day)");
  CHECK(with_unit(shipped, "latitude") == "latitude (degrees)");
  CHECK(with_unit(shipped, "test_tas_pattern_skill") == "test_tas_pattern_skill");
}
