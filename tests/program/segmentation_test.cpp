#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

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
  // Half of a training with the poly schedule is not a short training.
  CHECK(number(db, "SELECT count(DISTINCT test_loss) FROM results WHERE epochs = 2 AND gpus = 1") == 2);
  CHECK(query(db, "SELECT count(*), count(DISTINCT \"class\") FROM \"class\"") == std::vector<std::string>{"24|3"});
  CHECK(number(db, "SELECT count(*) FROM layer_kind WHERE training_flops > 0 AND layer_kind = 'conv5x5'") == 8);
  const Ended curve =
      run_stormsweep({"results", "s.db", "--curve", "class", "--value", "test_iou,class_weight"}, folder);
  CHECK(curve.status == 0);
  CHECK(curve.out.find("tropical_cyclone") != std::string::npos);
}

TEST_CASE("staged data give the same metrics to the last bit; a corrupt file is reported and replaced") {
  const WorkFolder folder;
  REQUIRE(
      run_stormsweep({"generate", "segmentation", "--samples", "14", "--size", "32x48", "-o", "w"}, folder).status ==
      0);
  const auto space = [](const std::string& name) {
    return R"({"name": ")" + name + R"(", "experiment": "segmentation",
      "data": {"train": "w/train", "validation": "w/validation", "test": "w/test"},
      "parameters": {"epochs": 1, "width": 0.05, "gpus": 2, "samples": 3}})";
  };
  const auto search = [&](const std::string& name, std::vector<std::string> more) {
    folder.write(name + ".json", space(name));
    std::vector<std::string> words{stormsweep_program(), "run", name + ".json", "--workers", "2", "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run(words, folder);
    CAPTURE(ended.err);
    CHECK(ended.status == 0);
    return ended.err;
  };
  const auto metrics = [&](const std::string& name) {
    return query(folder / (name + ".db"), "SELECT train_loss, validation_loss, test_mean_iou FROM results");
  };
  search("plain", {});
  const std::string told = search("staged", {"--stage", (folder / "disk").string()});
  CHECK(told.find("opened, once each") != std::string::npos);
  CHECK(metrics("staged") == metrics("plain"));

  // Same size and time of writing, so that only its checksum tells.
  std::filesystem::remove_all(folder / "disk");
  for (const auto& entry : std::filesystem::directory_iterator(folder / "w/train")) {
    if (entry.path().extension() != ".h5") continue;
    const auto written = std::filesystem::last_write_time(entry);
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
    file << "corrupt";
    file.close();
    std::filesystem::last_write_time(entry, written);
    break;
  }
  const std::string replaced = search("corrupt", {"--stage", (folder / "disk").string()});
  if (replaced.find("unusable") == std::string::npos) {
    CHECK(metrics("corrupt") == metrics("plain"));  // nobody had drawn it
  } else {
    CHECK(metrics("corrupt") != metrics("plain"));
  }
}
