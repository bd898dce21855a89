// A search with a TorchScript network of the user's own.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "tests/places.hpp"
#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;

void write_world(const WorkFolder& folder, int samples) {
  REQUIRE(run({(program_folder() / "script_world").string(), ".", std::to_string(samples)}, folder).status == 0);
}

std::string space(const std::string& parameters, const std::string& more = "") {
  return R"({"name": "s", "experiment": "./experiment.json", )" + more +
         R"("data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"}, "parameters": {)" +
         parameters + "}}";
}

Words search_words(const std::string& database, const Words& more = {}) {
  Words words{"run", "s.json", "--results", database, "--workers", "2", "--device", "cpu", "--threads", "1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Rows outcomes(const std::filesystem::path& database) {
  return query(database, "SELECT configuration, status, metrics, rung FROM trials ORDER BY 1, 4");
}

/// A search that is stopped once it has a row, and goes on, has the rows of one that was not.
void check_stopped(const WorkFolder& folder, const std::string& parameters) {
  folder.write("s.json", space(parameters));
  const Ended whole = run_stormsweep(search_words("whole.db"), folder);
  CAPTURE(whole.err);
  REQUIRE(whole.status == 0);
  // With checkpoints so often that there is one in the epoch.
  const Words parts = search_words("parts.db", {"--checkpoint-every", "0.1"});
  Words words{stormsweep_program()};
  words.insert(words.end(), parts.begin(), parts.end());
  Command stopped(words, folder);
  REQUIRE(eventually([&] { return number(folder / "parts.db", "SELECT count(*) FROM trials") >= 1; }));
  stopped.signal(SIGTERM);
  CHECK(stopped.wait().status == 85);
  CHECK(number(folder / "parts.db", "SELECT count(*) FROM trials WHERE status = 'complete'") <
        number(folder / "whole.db", "SELECT count(*) FROM trials"));
  CHECK(run_stormsweep(parts, folder).status == 0);
  CHECK(outcomes(folder / "parts.db") == outcomes(folder / "whole.db"));
}

}  // namespace

TEST_CASE("networks of one's own: the same rows under both schedules, and by halving") {
  const WorkFolder folder;
  write_world(folder, 200);
  for (const char* more : {"", R"("method": {"name": "halving", "eta": 3, "brackets": 1}, )"}) {
    CAPTURE(more);
    folder.write("s.json", space(R"("network": ["dense.pt", "normed.pt"], "epochs": [1, 3, 9], "batch_size": 16,
                                    "learning_rate": [0.001, 0.01])",
                                 more));
    const Ended one = run_stormsweep(search_words("one.db"), folder),
                two = run_stormsweep(search_words("two.db", {"--schedule", "synchronous"}), folder);
    CAPTURE(one.err);
    CHECK(one.status == 0);
    CAPTURE(two.err);
    CHECK(two.status == 0);
    CHECK(outcomes(folder / "one.db").size() >= 4);
    CHECK(outcomes(folder / "one.db") == outcomes(folder / "two.db"));
    std::filesystem::remove(folder / "one.db"), std::filesystem::remove(folder / "two.db");
  }
}

TEST_CASE("stopped in an epoch, a network of one's own goes on to the same bits") {
  const WorkFolder folder;
  write_world(folder, 2000);
  // Batch norm, Adam, an average of the weights: all that a checkpoint has to hold.
  check_stopped(folder, R"("network": ["dense.pt", "normed.pt"], "epochs": [20, 60], "batch_size": 8,
                           "weight_average": 0.9)");
}

TEST_CASE("stopped in an epoch, a gang whose training reads a buffer that it updates goes on to the same bits") {
  const WorkFolder folder;
  write_world(folder, 20'000);  // 1,250 steps an epoch: it is stopped in the second, which is the last
  folder.write("experiment.json", R"({"name": "mine", "summary": "s", "network": "levelled.pt", "loss": "mse"})");
  check_stopped(folder, R"("epochs": [1, 2], "batch_size": 8, "gpus": 2, "gradient_lag": [0, 1],
                           "learning_rate": 0.0001)");
}

TEST_CASE("two ranks train a network of one's own as one does with twice the batch") {
  const WorkFolder folder;
  write_world(folder, 200);
  folder.write("s.json", space(R"("network": "dense.pt", "gpus": [1, 2], "batch_size": [8, 16], "epochs": 5)"));
  CHECK(run_stormsweep(search_words("s.db"), folder).status == 0);
  const Rows losses = query(folder / "s.db", R"(SELECT validation_loss, train_loss FROM results
      WHERE (gpus = 1 AND batch_size = 16) OR (gpus = 2 AND batch_size = 8) ORDER BY gpus)");
  REQUIRE(losses.size() == 2);
  for (const std::size_t column : {0, 1}) {
    const auto value = [&](std::size_t row) {
      return std::stod(losses[row].substr(column == 0 ? 0 : losses[row].find('|') + 1));
    };
    CHECK(value(0) == doctest::Approx(value(1)).epsilon(1e-4));
  }
}

TEST_CASE("the best is kept as TorchScript, and data that do not fit are refused before anything starts") {
  const WorkFolder folder;
  write_world(folder, 200);
  folder.write("s.json", space(R"("network": ["dense.pt", "normed.pt"], "epochs": 2)"));
  CHECK(run_stormsweep(search_words("s.db", {"--keep-best", "1"}), folder).status == 0);
  int kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "s.models"))
    kept += run({"grep", "-c", "Standardised", entry.path().string()}, folder).status == 0;
  CHECK(kept == 1);

  folder.write("experiment.json",
               R"({"name": "mine", "summary": "s", "network": ["dense.pt", "normed.pt"], "loss": "cross_entropy"})");
  const Ended refused = run_stormsweep(search_words("t.db"), folder);
  CHECK(refused.status == 2);
  CHECK(count_lines(refused.err) == 1);
  CHECK(refused.err.find("cross_entropy wants") != std::string::npos);
  CHECK(!std::filesystem::exists(folder / "t.db"));
}

TEST_CASE("from stormsweep init to a table: what export.py writes is searched, and PyTorch reads what is kept") {
  const WorkFolder folder;
  if (run({"/usr/bin/python3", "-c", "import torch, h5py"}, folder).status != 0) {
    MESSAGE("SKIPPED: python3-torch and python3-h5py are not here");
    return;
  }
  const Ended made = run_stormsweep({"init", "torchscript", "mine"}, folder);
  CHECK(made.status == 0);
  CHECK(made.out.find("export.py") != std::string::npos);
  CHECK(run({"/usr/bin/python3", "mine/export.py"}, folder).status == 0);
  CHECK(run_stormsweep({"describe", "mine/experiment.json"}, folder).out.find("dropout") != std::string::npos);
  CHECK(run_stormsweep({"plan", "mine/space.json"}, folder).status == 0);
  const Ended ended = run_stormsweep(
      {"run", "mine/space.json", "--results", "s.db", "--workers", "2", "--device", "cpu", "--keep-best", "1"}, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 16);
  // Its own loss on the test split, from inputs as they are.
  const Ended read = run({"/usr/bin/python3", "-c", R"(
import glob, h5py, torch
network = torch.jit.load(glob.glob("s.models/*.pt")[0])
with h5py.File("mine/test.h5") as file:
    input, target = torch.tensor(file["input"][:]), torch.tensor(file["target"][:])
with torch.no_grad():
    print(float(((network(input) - target) ** 2).mean())))"},
                         folder);
  CAPTURE(read.err);
  const Rows best = query(folder / "s.db", "SELECT test_loss FROM results ORDER BY validation_loss LIMIT 1");
  CHECK(std::stod(read.out) == doctest::Approx(std::stod(best.at(0))).epsilon(1e-4));
}
