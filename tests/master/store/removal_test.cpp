#include "master/store/removal.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "master/store/kept_models.hpp"
#include "master/store/process_identity.hpp"
#include "search/base/error.hpp"
#include "search/space/cache_files.hpp"
#include "tests/master/store/best_epoch_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

using Rows = std::vector<std::string>;

/// The trials of the JSON lines.
Rows in_lines(const std::filesystem::path& file) {
  Rows trials;
  for (const std::string& line : lines(file))
    trials.push_back(std::to_string(nlohmann::json::parse(line)["trial"].get<int>()));
  return trials;
}

void keep_network(const std::filesystem::path& file, std::uint64_t trial) {
  std::filesystem::create_directories(model_file(file, TrialId{trial}).parent_path());
  std::ofstream(model_file(file, TrialId{trial})) << "network";
}

bool network_kept(const std::filesystem::path& file, std::uint64_t trial) {
  return std::filesystem::exists(model_file(file, TrialId{trial}));
}

/// Four trials of noop, the third of which failed.
struct Four {
  /// The checkpoint of a training: a folder, as commands have.
  std::filesystem::path save(std::uint64_t number, const std::string& fingerprint = "f") const {
    const auto curve = curve_identity(training(space, number).configuration, *space.experiment, space.seed);
    const auto folder_of_it = checkpoint(checkpoints(folder / "s.cache"), curve, fingerprint);
    std::filesystem::create_directories(folder_of_it / "state");
    return folder_of_it;
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder / "s.db";
  Space space = noop_space(R"({"index": [1, 2, 3, 4]})");

  Four() {
    Store store(file, space, "f", {.json = folder / "s.jsonl"});
    for (const std::uint64_t i : {0, 1, 3}) store.finish(training(space, i), 0, worker(), outcome(0.1 * double(i)));
    store.finish(training(space, 2), 0, worker(), failure("no"));
  }
};

}  // namespace

TEST_CASE("deleted trials go with their networks, the JSON lines follow, and the next run trains them") {
  const Four f;
  keep_network(f.file, 2);
  keep_network(f.file, 1);
  CHECK(delete_trials(f.file, {TrialId{2}, TrialId{4}, TrialId{99}}) == Removed{2, 0, 1});
  CHECK(query(f.file, "SELECT trial, \"index\" FROM results") == Rows{"1|1", "3|4"});  // stored as 1, 2, 4, 3
  CHECK(in_lines(f.folder / "s.jsonl") == Rows{"1", "3"});
  CHECK(network_kept(f.file, 1));
  CHECK_FALSE(network_kept(f.file, 2));
  Store store(f.file, f.space, "f", {.json = f.folder / "s.jsonl"});
  CHECK(store.counts().complete == 2);
  store.finish(store.missing(training(f.space, 2)).value(), 0, worker(), outcome(0.5));
  store.commit();
  CHECK(in_lines(f.folder / "s.jsonl").size() == 3);
}

TEST_CASE("a file that a database names as its JSON lines, but that is none, is not overwritten") {
  for (const char* name : {"diary.txt", "other/s.jsonl"}) {
    const Four f;
    const auto diary = f.folder / name;
    std::filesystem::create_directories(diary.parent_path());
    std::ofstream(diary) << "dear diary\n";
    execute(f.file, fmt::format("UPDATE searches SET json_file = '{}'", diary.string()));
    CHECK(delete_trials(f.file, {TrialId{1}}).trials == 1);
    CHECK(rerun_trials(f.file, {TrialId{2}}).trials == 1);
    CHECK(text_of(diary) == "dear diary\n");
    CHECK_FALSE(std::filesystem::exists(diary.string() + ".lock"));
  }
}

TEST_CASE("trials to be run again wait without an outcome, under their numbers") {
  const Four f;
  keep_network(f.file, 1);
  CHECK(rerun_trials(f.file, {TrialId{1}, TrialId{4}}) == Removed{2, 0, 1});
  CHECK(
      query(f.file,
            "SELECT trial, status, attempt, score, error, wall_seconds, finished FROM results WHERE trial IN (1, 4)") ==
      Rows{"1|waiting|1|NULL|NULL|NULL|NULL", "4|waiting|1|NULL|NULL|NULL|NULL"});
  CHECK(in_lines(f.folder / "s.jsonl") == Rows{"2", "3"});
  CHECK(rerun_trials(f.file, {TrialId{1}}) == Removed{});  // it waits already
  Store store(f.file, f.space, "f", {.json = f.folder / "s.jsonl"});
  store.finish(store.missing(training(f.space, 0)).value(), 0, worker(), outcome(0.7));
  store.commit();
  CHECK(query(f.file, "SELECT status, score FROM results WHERE trial = 1") == Rows{"complete|0.7"});
}

TEST_CASE(
    "what is deleted, or trained again, begins without the checkpoint it has left, and without its command's folders") {
  const Four f;
  const auto first = f.save(0), second = f.save(1), of_other_data = f.save(0, "g");
  const auto works = [&](std::uint64_t number, std::optional<int> rank = {}) {
    const auto folder = work_folder(f.folder / "s.cache", "s",
                                    identity(training(f.space, number).configuration, *f.space.experiment, 7), rank);
    std::filesystem::create_directories(folder);
    return folder;
  };
  const auto alone = works(0), follows = works(0, 1), last = works(0, 2), others = works(1);
  SUBCASE("deleted") {
    CHECK(delete_trials(f.file, {TrialId{1}}).trials == 1);
  }
  SUBCASE("to be run again") {
    CHECK(rerun_trials(f.file, {TrialId{1}}).trials == 1);
  }
  for (const auto& gone : {first, alone, follows, last}) CHECK_FALSE(std::filesystem::exists(gone));
  for (const auto& left : {second, others}) CHECK(std::filesystem::exists(left));
  CHECK(std::filesystem::exists(of_other_data));
}

TEST_CASE("a curve is removed with the last of its ended trials") {
  const auto curves = [](const std::filesystem::path& file) {
    return query(file, "SELECT count(*), count(DISTINCT curve) FROM epochs");
  };
  const CurveSearch search;
  CHECK(delete_trials(search.file, {TrialId{1}, TrialId{3}}) == Removed{2, 0, 0});
  CHECK(curves(search.file) == Rows{"6|1"});
  SUBCASE("deleted") {
    CHECK(delete_trials(search.file, {TrialId{2}}) == Removed{1, 1, 0});
  }
  SUBCASE("to be run again") {
    CHECK(rerun_trials(search.file, {TrialId{2}}) == Removed{1, 1, 0});
    CHECK(query(search.file, "SELECT best_epoch, best_metric FROM trials") == Rows{"NULL|NULL"});
  }
  CHECK(curves(search.file) == Rows{"0|0"});
}

TEST_CASE("nothing of a search that is being written is removed") {
  const Four f;
  execute(f.file, fmt::format("UPDATE searches SET writer_host = '{}', writer_pid = {}, writer_seen = {}",
                              this_process().host, getppid(), this_process().seen));
  keep_network(f.file, 1);
  const auto saved = f.save(0);
  for (const auto act : {delete_trials, rerun_trials})
    CHECK_THROWS_WITH_AS(act(f.file, {TrialId{1}}), doctest::Contains("s.db: search 's' is being written by process"),
                         InputError);
  CHECK(query(f.file, "SELECT count(*) FROM trials WHERE status IN ('complete', 'failed')") == Rows{"4"});
  CHECK(std::filesystem::exists(saved));
  CHECK(network_kept(f.file, 1));
}

TEST_CASE("nothing of a search that is being written on a host whose clock is behind ours is removed") {
  const Four f;
  write_elsewhere(f.file, 70);
  const Signs signs(f.file);
  for (const auto act : {delete_trials, rerun_trials})
    CHECK_THROWS_WITH_AS(act(f.file, {TrialId{1}}), doctest::Contains("is being written by process 1 on elsewhere"),
                         InputError);
  CHECK(query(f.file, "SELECT count(*) FROM trials WHERE status IN ('complete', 'failed')") == Rows{"4"});
}

TEST_CASE("networks and JSON lines stay where the rows could not be changed") {
  const Four f;
  keep_network(f.file, 1);
  // The last statement before the commit.
  execute(f.file, "CREATE TRIGGER refused BEFORE UPDATE ON searches BEGIN SELECT RAISE(ABORT, 'no'); END");
  const std::string lines_before = text_of(f.folder / "s.jsonl");
  for (const auto act : {delete_trials, rerun_trials})
    CHECK_THROWS_WITH_AS(act(f.file, {TrialId{1}}), doctest::Contains("s.db"), InputError);
  CHECK(query(f.file, "SELECT status FROM trials WHERE id = 1") == Rows{"complete"});
  CHECK(network_kept(f.file, 1));
  CHECK(text_of(f.folder / "s.jsonl") == lines_before);
}

TEST_CASE("networks are back where the commit itself was refused, and a kill leaves none that stops a run") {
  const Four f;
  keep_network(f.file, 1);
  {
    DoomedModels doomed(f.file, {TrialId{1}, TrialId{2}});
    CHECK_FALSE(network_kept(f.file, 1));
  }
  CHECK(network_kept(f.file, 1));
  const pid_t child = fork();
  if (child == 0) {
    DoomedModels doomed(f.file, {TrialId{1}});
    execute(f.file, "DELETE FROM trials WHERE id = 1");
    _exit(0);
  }
  CHECK(waitpid(child, nullptr, 0) == child);
  const auto folder = model_file(f.file, TrialId{1}).parent_path();
  CHECK_FALSE(std::filesystem::is_empty(folder));
  Store store(f.file, f.space, "f", {});
  KeptModels models(f.file, f.folder / "s.cache", f.space, 0);
  CHECK_NOTHROW(models.open(store));
  CHECK(std::filesystem::is_empty(folder));
}

TEST_CASE("a network that cannot be removed keeps its trial") {
  const Four f;
  keep_network(f.file, 1);
  keep_network(f.file, 2);
  const auto network = model_file(f.file, TrialId{2});
  const auto saved = f.save(0);
  // A folder where the file would be renamed to: this fails even for root.
  std::filesystem::create_directories(network.string() + ".removed/full");
  CHECK_THROWS_WITH_AS(delete_trials(f.file, {TrialId{1}, TrialId{2}}),
                       doctest::Contains((network.string() + ": this network cannot be removed (").c_str()),
                       InputError);
  CHECK(query(f.file, "SELECT count(*) FROM trials") == Rows{"4"});
  CHECK(network_kept(f.file, 1));
  CHECK(std::filesystem::exists(saved));
}

TEST_CASE("a checkpoint stays if another search on the same data continues from it") {
  const Four f;
  Space other = noop_space(R"({"index": [1]})", "other");
  other.seed = f.space.seed;
  Store(f.file, other, "f", {}).finish(training(other, 0), 0, worker(), failure("later"));
  const auto shared = f.save(0), own = f.save(1), of_command = f.save(0, command_fingerprint("f", "s"));
  CHECK(delete_trials(f.file, {TrialId{1}, TrialId{2}}).trials == 2);
  CHECK(std::filesystem::exists(shared));
  CHECK_FALSE(std::filesystem::exists(own));
  CHECK_FALSE(std::filesystem::exists(of_command));
}

TEST_CASE("what a halving has decided without a trial that failed stays decided, as under --retry-failed") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2, 3, 4], "epochs": [1, 3]})", "s", R"("method": "halving", )");
  const auto rung = [&](std::uint64_t i, std::uint32_t number) {
    Training training = test::training(space, i);
    training.milestones = {number == 0 ? 1 : 3};
    training.configuration.values[*space.experiment->milestone] = training.milestones[0];
    training.rung = {0, number, true};
    return training;
  };
  {
    Store store(file, space, "f", {});
    store.finish(rung(0, 0), 0, worker(), failure("no"));
    store.finish(rung(1, 0), 0, worker(), outcome(0.5));
    store.finish(rung(2, 0), 0, worker(), outcome(0.4));
  }
  CHECK(rerun_trials(file, {TrialId{1}}).trials == 1);  // nothing is decided yet
  {
    Store store(file, space, "f", {});
    store.finish(rung(0, 0), 0, worker(), failure("no"));
    store.finish(rung(1, 1), 0, worker(), failure("no"));
  }
  const auto refusal =
      doctest::Contains("s.db: search 's': rung 0 of bracket 0 has chosen trials that did not complete");
  for (const auto act : {delete_trials, rerun_trials})
    CHECK_THROWS_WITH_AS(act(file, {TrialId{1}, TrialId{2}}), refusal, InputError);
  CHECK_THROWS_WITH_AS(rerun_trials(file, {TrialId{1}, TrialId{4}}), refusal, InputError);
  CHECK_THROWS_WITH_AS(Store(file, space, "f", {.retry_failed = true}), doctest::Contains("--retry-failed: rung 0"),
                       InputError);
  CHECK(query(file, "SELECT status FROM trials ORDER BY id") == Rows{"failed", "complete", "complete", "failed"});
  CHECK(rerun_trials(file, {TrialId{2}, TrialId{4}}).trials ==
        2);  // one of these is complete, the other in the last rung
  CHECK(delete_trials(file, {TrialId{1}, TrialId{4}}).trials == 2);  // together with all that went further
}
