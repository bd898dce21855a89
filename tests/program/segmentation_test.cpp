#include <doctest/doctest.h>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

TEST_CASE("a segmentation search: gangs, schedules and classes, and a prediction by its best network") {
  const WorkFolder folder;
  const Ended made =
      run_stormsweep({"generate", "segmentation", "--samples", "10", "--size", "32x48", "-o", "w"}, folder);
  CAPTURE(made.err);
  REQUIRE(made.status == 0);
  // One step an epoch, so that gradients are the same but for the order of sums.
  folder.write("s.json", R"({"name": "s", "experiment": "segmentation",
    "data": {"train": "w/train", "validation": "w/validation", "test": "w/test"},
    "parameters": {"epochs": [1, 2], "batch_size": 100, "width": 0.05, "dropout": 0, "gpus": [1, 2],
                   "learning_rate": 0.01, "learning_rate_schedule": ["constant", "poly"], "optimizer": "larc"}})");
  const Ended plan = run_stormsweep({"plan", "s.json"}, folder);
  CHECK(plan.out.find("sharing epochs: 10 epochs rather than 12") != std::string::npos);
  const Ended ended =
      run({stormsweep_program(), "run", "s.json", "--workers", "2", "--threads", "1", "--keep-best", "1"}, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  const auto db = folder / "s.db";
  CHECK(number(db, "SELECT count(*) FROM results WHERE status = 'complete' AND peak_share > 0") == 8);
  for (const char* metric : {"train_loss", "test_loss", "test_mean_iou", "validation_accuracy"}) {
    CAPTURE(metric);
    const std::string column = metric;
    CHECK(query(db, "SELECT epochs FROM results GROUP BY epochs, learning_rate_schedule HAVING max(" + column +
                        ") - min(" + column + ") > 1e-3 * abs(max(" + column + "))")
              .empty());
  }
  // Half of a poly training is not a short one.
  CHECK(number(db, "SELECT count(DISTINCT train_loss) FROM results WHERE epochs = 2 AND gpus = 1") == 2);
  CHECK(query(db, "SELECT count(*), count(DISTINCT \"class\") FROM \"class\"") == std::vector<std::string>{"24|3"});
  CHECK(number(db, "SELECT count(*) FROM layer_kind WHERE training_flops > 0 AND layer_kind = 'conv5x5'") == 8);
  const Ended curve =
      run_stormsweep({"results", "s.db", "--curve", "class", "--value", "test_iou,class_weight"}, folder);
  CHECK(curve.status == 0);
  CHECK(curve.out.find("tropical_cyclone") != std::string::npos);
}
