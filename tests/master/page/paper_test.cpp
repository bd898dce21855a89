#include "master/page/paper.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/space/experiment.hpp"
#include "tests/master/report/results_fixture.hpp"
#include "tests/places.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using Json = nlohmann::ordered_json;

namespace {

const Json& item(const Json& paper, const char* name) {
  return *std::find_if(paper["items"].begin(), paper["items"].end(), [&](const Json& i) { return i["name"] == name; });
}

bool is_metric(const Experiment& experiment, const std::string& name) {
  const auto timing = [&](const TimingColumn& column) { return column.name == name; };
  return experiment.find_metric(name) || experiment.find_profile_of(name) ||
         std::any_of(timing_columns.begin(), timing_columns.end(), timing);
}

}  // namespace

TEST_CASE("a paper's table for a search that has the data for it, and for one that has not") {
  const TornadoResults results;
  execute(results.file, "UPDATE trials SET configuration = json_set(configuration, '$.augmentation', 'preaugmented')");
  Selection selection(results.file, "", "");
  const Json paper = beside_paper(selection, selection.searches()[0]);
  const Json& table2 = item(paper, "Table 2");
  REQUIRE(table2["tables"].size() == 2);
  CHECK(table2["tables"][0]["title"] == "wall_seconds, epochs = 5");
  CHECK(table2["tables"][0]["header"] == Json{"batch_size / data_multiplier", "1", "2"});
  CHECK(table2["tables"][0]["rows"][1] == Json{"128", "39.062", "78.125"});
  CHECK(item(paper, "Table 3")["tables"].empty());  // no live augmentation
  CHECK(item(paper, "Table 4")["tables"].empty());  // no GPU
  CHECK(item(paper, "Table 6")["tables"].empty());  // one rank a trial
  CHECK(item(paper, "Table 7")["tables"].empty());  // no batch so large
  CHECK(item(paper, "Table 8")["tables"].size() == 1);
}

TEST_CASE("experiments have the columns that tables of their papers need") {
  for (const auto& [name, text] : published_texts()) {
    CAPTURE(name);
    const Experiment& experiment = find_experiment(name, "test");
    const Json paper = Json::parse(text);
    CHECK_FALSE(paper["paper"].get<std::string>().empty());
    for (const Json& one : paper["items"]) {
      CAPTURE(one["name"].get<std::string>());
      CHECK(one["space"].get<std::string>().starts_with("experiments/" + name + "/"));
      const std::string file = one["space"].get<std::string>().substr(0, one["space"].get<std::string>().find(' '));
      CHECK(std::filesystem::exists(source_folder() / file));
      for (const std::string value : one["values"]) CHECK_MESSAGE(is_metric(experiment, value), value);
      for (const char* axis : {"rows", "columns", "by"})
        if (one.contains(axis) && one[axis] != "search")
          CHECK_MESSAGE(experiment.find(one[axis].get<std::string>()).has_value(), one[axis].get<std::string>());
      for (const Json& number : one.value("published", Json::array()))
        CHECK((number.contains("what") && number.contains("value")));
    }
  }
}

TEST_CASE("words of a profile come as the experiment declares them, and choices down a table") {
  const TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = parse_space(R"({"name": "s", "experiment": "segmentation",
    "data": {"train": "a", "validation": "b", "test": "c"},
    "parameters": {"network": ["deeplabv3plus", "tiramisu"], "precision": ["bf16", "fp32"]}})",
                                  "space.json", "/");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 4; ++i) {
      Outcome one = outcome(0.5, "validation_mean_iou");
      one.metrics.emplace_back("test_mean_iou", 0.5);
      for (const char* kind : {"transposed3x3", "conv1x1", "atrous3x3", "conv7x7"})
        one.metrics.emplace_back(fmt::format("training_flops[{}]", kind), 1e9);
      store.finish(training(space, i), 0, worker(), one);
    }
  }
  Selection selection(file, "", "");
  const Json paper = beside_paper(selection, selection.searches()[0]);
  const auto first_column = [&](const char* name) {
    std::vector<std::string> words;
    for (const Json& row : item(paper, name)["tables"][0]["rows"]) words.push_back(row[0]);
    return words;
  };
  CHECK(first_column("FLOPs") == std::vector<std::string>{"conv7x7", "atrous3x3", "transposed3x3", "conv1x1"});
  CHECK(first_column("Accuracy") == std::vector<std::string>{"tiramisu", "deeplabv3plus"});
}
