#include "experiments/registry.hpp"

#include <doctest/doctest.h>

#include "experiments/run.hpp"
#include "search/base/error.hpp"
#include "search/space/runs_itself.hpp"
#include "search/space/space.hpp"

using namespace stormsweep;

TEST_CASE("files that are trained on whole are wanted by every rank, which cannot do without them") {
  const Space space = parse_space(R"({"name": "t", "experiment": "tornado", "parameters": {"epochs": [1]},
    "data": {"train": "a/x.h5", "validation": "b/x.h5", "test": "c/x.h5"}})",
                                  "t.json", "/shared");
  const StagePlan request = stage_request(space, {}, 3);
  REQUIRE(request.files.size() == 3);
  const std::vector<std::int64_t> all{0, 1, 2};
  for (const int place : {0, 2}) CHECK(request.wanted(place, {}) == all);
  CHECK(request.whole.size() == 3);
  for (const auto& file : request.files) {
    const std::string split = file.name.substr(0, file.name.find('.'));
    CHECK(file.source == space.data.at(split));
    CHECK(request.whole.at(split) == file.name);
  }
  CHECK_THROWS_AS(request.wanted(0, {1}), InputError);
}

TEST_CASE("every experiment has a run, or an entry with all that its declaration promises") {
  std::size_t with_entry = 1;  // that of the users' own networks
  for (const Experiment& experiment : experiments()) {
    CAPTURE(experiment.name);
    CHECK((run_of(experiment) != nullptr) == runs_itself(experiment));
    if (runs_itself(experiment)) {
      CHECK(experiment.data.empty());  // nobody would check them: check_run
      continue;
    }
    ++with_entry;
    const ExperimentEntry& entry = entry_of(experiment);
    CHECK(static_cast<bool>(entry.make_task));
    CHECK((entry.check_data != nullptr) == !experiment.data.empty());
    CHECK((entry.stage_request != nullptr) == !experiment.data.empty());
    for (const char* read : {"epochs", "batch_size", "gpus", "learning_rate", "learning_rate_scaling", "warmup_epochs",
                             "optimizer", "precision", "gradient_precision", "gradient_lag", "replicate"})
      CHECK_MESSAGE(experiment.find(read), read);
  }
  CHECK(experiment_entries().size() == with_entry);
}

TEST_CASE("a processor refuses to compute in what only GPUs have, before it looks at the data") {
  const Experiment& experiment = find_experiment("segmentation", "test");
  for (const char* precision : {"fp16", "tf32"}) {
    Configuration configuration;
    for (const Hyperparameter& h : experiment.hyperparameters)
      configuration.values.push_back(h.name == "precision" ? Value(std::string(precision)) : h.fallback);
    const std::string words = std::string("precision is ") + precision +
                              ", in which this processor does not compute; choose bf16 or fp32, or a GPU";
    CHECK_THROWS_WITH_AS(make_task(experiment, configuration, {}), words.c_str(), InputError);
  }
}
