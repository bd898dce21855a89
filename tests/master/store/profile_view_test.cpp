#include "master/store/profile_view.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>

#include "master/cli/merge_command.hpp"
#include "master/cli/results.hpp"
#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

using Rows = std::vector<std::string>;

/// An experiment `name` whose trials report test_mse and test_persistence at each of `lead_times`, and a word profile.
const Experiment& forecaster(const std::string& name, const std::string& lead_times) {
  static std::map<std::string, Experiment> made;
  return made[name + lead_times] = parse_experiment(fmt::format(R"({{"name": "{}", "summary": "s", "data": [],
    "metrics": [{{"name": "score", "goal": "maximize", "meaning": "m"}}],
    "profiles": [
      {{"name": "lead_time", "unit": "min", "at": {}, "metrics": [
        {{"name": "test_mse", "goal": "minimize", "meaning": "m"}},
        {{"name": "test_persistence", "goal": "minimize", "meaning": "m"}}]}},
      {{"name": "class", "at": ["sea", "storm"], "metrics": [{{"name": "test_iou", "goal": "maximize", "meaning": "m"}}]}}],
    "hyperparameters": [{{"name": "width", "type": "integer", "default": 1, "min": 1, "max": 99, "meaning": "m"}}]}})",
                                                                name, lead_times),
                                                    "e.json");
}

/// A search of widths 4 and 8 by `experiment`.
Space width_space(const Experiment& experiment, const std::string& name) {
  Space space = noop_space(R"({"index": [4, 8]})", name);
  space.experiment = &experiment;
  space.defaults.values = {std::int64_t{1}};
  return space;  // axis 0 is hyperparameter 0: width
}

/// Trials of `space` with test_mse = width + value / 100 at each of `lead_times`; the third one is undefined.
void fill(const std::filesystem::path& file, const Space& space, const std::vector<std::int64_t>& lead_times) {
  Store store(file, space, "f", {});
  for (std::uint64_t i = 0; i < 2; ++i) {
    Outcome o = outcome(0.5);
    const double width = 4.0 + 4.0 * double(i);
    for (const std::int64_t at : lead_times) {
      const double mse = at == 30 ? std::numeric_limits<double>::quiet_NaN() : width + double(at) / 100;
      o.metrics.emplace_back(profile_metric("test_mse", at), mse);
      o.metrics.emplace_back(profile_metric("test_persistence", at), 9.5);
    }
    o.metrics.emplace_back("test_iou[storm]", 0.25 * double(i));
    store.add_epochs(training(space, i), {{1, 1, o.metrics}});
    store.finish(training(space, i), 0, worker(), o);
  }
}

struct Forecasts {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "f.db";
  Forecasts() { fill(file, width_space(forecaster("nowcast", "[10, 20, 30]"), "s"), {10, 20, 30}); }
  std::string results(Arguments options) const {
    options.insert(options.begin(), file.string());
    return printed(results_command, options);
  }
};

}  // namespace

TEST_CASE("a profile is a view with a row a complete trial and value that it reports") {
  const Forecasts f;
  CHECK(query(f.file, "SELECT * FROM lead_time ORDER BY trial, lead_time") ==
        Rows{"s|1|10|4|4.1|9.5", "s|1|20|4|4.2|9.5", "s|1|30|4|NULL|9.5", "s|2|10|8|8.1|9.5", "s|2|20|8|8.2|9.5",
             "s|2|30|8|NULL|9.5"});
  CHECK(query(f.file, "SELECT lead_time, avg(test_mse) FROM lead_time WHERE width = 8 GROUP BY 1") ==
        Rows{"10|8.1", "20|8.2", "30|NULL"});
  CHECK(query(f.file, "SELECT typeof(lead_time), count(*) FROM lead_time GROUP BY 1") == Rows{"integer|6"});
  CHECK(query(f.file, "SELECT * FROM class ORDER BY trial, class") ==
        Rows{"s|1|storm|4|0.0", "s|2|storm|8|0.25"});  // the value for the sea was not reported
}

TEST_CASE("the view of all trials has no column of a profile") {
  const Forecasts f;
  CHECK(query(f.file, "SELECT name FROM pragma_table_info('results') WHERE name LIKE '%test%' OR name LIKE 'lead%'") ==
        Rows{"test_seconds"});
  CHECK(query(f.file, "SELECT metrics FROM trials")[0].find(R"("test_mse[10]":4.1)") != std::string::npos);
}

TEST_CASE("a curve has no profile at each of its points") {
  const Forecasts f;
  CHECK(query(f.file, "SELECT metrics FROM epochs") == Rows{R"({"score":0.5})", R"({"score":0.5})"});
}

TEST_CASE("trials that are not complete have no profile") {
  TemporaryFolder folder;
  const auto file = folder / "f.db";
  const Space space = width_space(forecaster("nowcast", "[10]"), "s");
  { Store(file, space, "f", {}).finish(training(space, 0), 0, worker(), failure("loss is nan", Status::diverged)); }
  CHECK(query(file, "SELECT * FROM lead_time ORDER BY trial, lead_time").empty());
}

TEST_CASE("experiments that declare one profile share its view, each with its own values") {
  Forecasts f;
  fill(f.file, width_space(forecaster("later", "[15, 60]"), "t"), {15, 60});
  CHECK(query(f.file, "SELECT search, lead_time, test_mse FROM lead_time WHERE width = 4 ORDER BY trial, lead_time") ==
        Rows{"s|10|4.1", "s|20|4.2", "s|30|NULL", "t|15|4.15", "t|60|4.6"});
  CHECK(query(f.file, "SELECT count(*) FROM pragma_table_info('lead_time')") == Rows{"6"});
}

TEST_CASE("an experiment that has learned of more values shows the old trials and the new") {
  Forecasts f;
  fill(f.file, width_space(forecaster("nowcast", "[10, 40]"), "t"), {10, 40});
  CHECK(query(f.file,
              "SELECT search, lead_time FROM lead_time WHERE width = 4 AND test_mse IS NOT NULL ORDER BY trial, "
              "lead_time") == Rows{"s|10", "s|20", "t|10", "t|40"});
}

TEST_CASE("profiles survive merging, and are in the union of several files") {
  Forecasts f;
  const auto other = f.folder / "g.db", out = f.folder / "out.db";
  fill(other, width_space(forecaster("later", "[15]"), "t"), {15});
  printed(merge_command, {out.string(), f.file.string(), other.string()});
  CHECK(query(out, "SELECT * FROM lead_time WHERE search = 's' ORDER BY trial, lead_time") ==
        query(f.file, "SELECT * FROM lead_time ORDER BY trial, lead_time"));
  CHECK(query(out, "SELECT search, trial, lead_time, test_mse FROM lead_time WHERE width = 8 AND search = 't'") ==
        Rows{"t|4|15|8.15"});
  CHECK(f.results({other.string(), "--curve", "lead_time", "--format", "csv", "--where", "trial = 4"}) ==
        "lead_time,trial,test_mse,trials\n15,4,8.15,1\n");
}

TEST_CASE("curves over a profile run down by its values, a column a trial") {
  const Forecasts f;
  CHECK(f.results({"--curve", "lead_time"}) == R"(test_mse
lead_time / trial       1       2
---------------------------------
               10  4.1000  8.1000
               20  4.2000  8.2000
)");
  CHECK(f.results({"--curve", "lead_time", "--value", "test_mse,test_persistence", "--where", "width = 8"}) ==
        R"(test_mse, test_persistence
lead_time / trial  2 test_mse  2 test_persistence
-------------------------------------------------
               10      8.1000              9.5000
               20      8.2000              9.5000
               30           -              9.5000
)");
  CHECK(f.results({"--curve", "class", "--format", "json", "--where", "trial = 2"}) ==
        "[\n{\"class\": \"storm\", \"trial\": 2, \"test_iou\": 0.25, \"trials\": 1}\n]\n");
}

TEST_CASE("a curve that is not there is refused in one line") {
  const Forecasts f;
  CHECK_THROWS_WITH_AS(f.results({"--curve", "leadtime"}), "--curve is leadtime; did you mean lead_time?", InputError);
  CHECK_THROWS_WITH_AS(f.results({"--curve", "lead_time", "--value", "score"}),
                       "--value: lead_time has no score; known are test_mse, test_persistence", InputError);
  CHECK_THROWS_WITH_AS(f.results({"--curves", "--value", "wall_seconds"}),
                       "--value: epoch has no wall_seconds; known are score", InputError);
}
