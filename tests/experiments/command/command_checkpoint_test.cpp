// What stays of a command that is stopped, fails or is tried again. Real processes.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/experiments/command/run_world.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Continues from its state over ten epochs with losses 7, 6, ..., 1 in epoch 7, then 2, 3, 4; `at_epoch`: what it does
/// in each epoch.
std::string falling(const std::string& at_epoch = "true") {
  return R"(done=$(cat "$STORMSWEEP_CHECKPOINT/epoch" 2>/dev/null || echo 0); while [ $done -lt 10 ]; do )"
         R"(done=$((done + 1)); loss=$((8 - done)); [ $done -gt 7 ] && loss=$((done - 6)); )"
         R"(echo "{\"epoch\": $done, \"loss\": $loss}" >> "$STORMSWEEP_REPORT"; )"
         R"(echo $done > "$STORMSWEEP_CHECKPOINT/epoch"; )" +
         at_epoch + "; done; true";
}

std::vector<double> losses(const Ran& ran) {
  std::vector<double> all;
  for (const EpochRecord& record : ran.epochs) all.push_back(record.metrics.at(0).second);
  return all;
}

const std::vector<double> whole_curve{7, 6, 5, 4, 3, 2, 1, 2, 3, 4};

}  // namespace

TEST_CASE("a command that failed and is tried again begins anew: its curve has no hole") {
  const RunWorld world;
  const Ran failed = world.run(experiment(falling("[ $done = 9 ] && exit 3")), {5, 10});
  REQUIRE(failed.left);
  CHECK(failed.left->status == Status::failed);
  CHECK(failed.rows.size() == 1);
  CHECK(std::filesystem::is_empty(world.folder / "cache/checkpoints"));
  const Ran again = world.run(experiment(falling()), {10});
  CHECK(again.left->status == Status::complete);
  CHECK(losses(again) == whole_curve);
}

TEST_CASE("a milestone that a command has reached stays when it is stopped or fails") {
  const RunWorld world;
  const std::string script = R"(echo '{"epoch": 1, "loss": 3}' >> $STORMSWEEP_REPORT; )";
  const Ran stopped = world.run(experiment(script + "sleep 9"), {1, 2}, 0.5);
  CHECK_FALSE(stopped.left);
  CHECK(stopped.rows.size() == 1);
  const Ran failed = world.run(experiment(script + "exit 3"), {1, 2});
  CHECK(failed.left->status == Status::failed);
  CHECK(failed.rows.size() == 1);
}

TEST_CASE("what a command saves while it is stopped for its bad report is not kept for a retry") {
  const RunWorld world;
  const Ran ran =
      world.run(experiment("trap 'mkdir -p $STORMSWEEP_CHECKPOINT; echo 1 > $STORMSWEEP_CHECKPOINT/epoch; exit' TERM; "
                           "echo '{\"epoch\": 1, \"loss\": NaN}' >> $STORMSWEEP_REPORT; while :; do sleep 0.1; done"));
  REQUIRE(ran.left);
  CHECK(ran.left->status == Status::diverged);
  CHECK(std::filesystem::is_empty(world.folder / "cache/checkpoints"));
}

TEST_CASE("a complete command whose rows were lost with the master reports them again from its checkpoint") {
  const RunWorld world;
  for (int starts = 1; starts <= 2; ++starts) {
    const Ran ran = world.run(experiment(falling("echo $done >> $STORMSWEEP_CHECKPOINT/../../trained")), {5, 10});
    CHECK(ran.left->status == Status::complete);
    REQUIRE(ran.rows.size() == 2);
    CHECK(ran.rows[0].metrics.at(0).second == 3);
    CHECK(ran.rows[1].metrics.at(0).second == 4);
    CHECK(losses(ran) == whole_curve);
  }
  std::ifstream trained(world.folder / "cache/checkpoints/trained");
  CHECK(std::count(std::istreambuf_iterator<char>(trained), {}, '\n') == 10);
}

TEST_CASE("a checkpoint of more epochs than a training has now is of no use to it") {
  const RunWorld world;
  REQUIRE_FALSE(world.run(experiment(falling("sleep 0.3")), {10}, 1).left);
  const std::string two =
      R"([ -e "$STORMSWEEP_CHECKPOINT/epoch" ] && exit 9; for i in 1 2; do echo "{\"epoch\": $i, \"loss\": 0.$i}" >> "$STORMSWEEP_REPORT"; done)";
  const Ran ran = world.run(experiment(two), {2});
  REQUIRE(ran.left);
  CHECK(ran.left->error == "");
  CHECK(ran.left->status == Status::complete);
  CHECK(ran.epochs.size() == 2);
  CHECK(ran.recalled == 0);
}

TEST_CASE("trainings of one curve that may run at once have each a checkpoint of their own") {
  const RunWorld world{.folder = {}, .one_training_a_curve = false};
  const std::string script =
      R"(echo x >> "$STORMSWEEP_CHECKPOINT/started"; test $(wc -l < "$STORMSWEEP_CHECKPOINT/started") = 1 || exit 9; for i in 1 2 3; do echo "{\"epoch\": $i, \"loss\": 0.$i}" >> "$STORMSWEEP_REPORT"; done; sleep 0.5; )";
  Ran longer, shorter;
  std::thread beside([&] { longer = world.run(experiment(script + "sleep 0.5"), {3}); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  shorter = world.run(experiment("false"), {2});
  beside.join();
  CHECK(shorter.left->status == Status::failed);
  CHECK(longer.left->error == "");
  CHECK(longer.rows.size() == 1);
}

/// A gang shares its checkpoint. The script does what a failing mate does while this command runs.
TEST_CASE("what is saved after a failed mate has removed the checkpoint is removed too") {
  const RunWorld world;
  const std::string save = R"(mkdir -p "$STORMSWEEP_CHECKPOINT"; echo 1 > "$STORMSWEEP_CHECKPOINT/epoch")";
  const std::string report = R"(echo '{"epoch": 1, "loss": 0.5}' >> "$STORMSWEEP_REPORT"; sleep 1; )";
  const std::string wait = "trap '" + save + "; exit 143' TERM; while :; do sleep 0.05; done";
  const auto saved = [&] {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.folder / "cache/checkpoints"))
      if (entry.path().filename() == "epoch") return true;
    return false;
  };
  const std::string take = "rm -r $(dirname $STORMSWEEP_CHECKPOINT); ";
  CHECK_FALSE(world.run(experiment(report + take + wait), {2}, 2).left);
  CHECK_FALSE(saved());
  CHECK_FALSE(world.run(experiment(report + wait), {2}, 2).left);
  CHECK(saved());
}
