// Actions that wait for rows to be committed, and a database that is locked by others.
#include "master/loop/master_loop.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "search/space/cache_files.hpp"
#include "tests/master/loop/memory_job.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A reader that keeps the job's database locked.
struct SlowReader {
  SQLite::Database database;
  SQLite::Statement rows;
  explicit SlowReader(const fs::path& folder)
      : database(folder / "s.db", SQLite::OPEN_READONLY), rows(database, "SELECT * FROM searches") {
    REQUIRE(rows.executeStep());
  }
};

}  // namespace

TEST_CASE("while a reader holds the database the search goes on, and its outcomes are stored after it") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 3), 2);
  job.join_all();
  std::optional<SlowReader> reader(folder.path());
  for (int ended = 0; ended < 2; ++ended) {
    REQUIRE(!job.worker(1).in_hand.empty());
    job.time += Seconds(45);
    job.worker(1).say(wire::Heartbeat{});
    job.worker(1).finish(job.result(job.worker(1).in_hand.front().training));
    CHECK_FALSE(job.turn());
    CHECK(rows(folder.path()).empty());
  }
  reader.reset();
  job.time += Seconds(2);
  CHECK_FALSE(job.turn());
  CHECK(query(folder / "s.db", "SELECT score FROM results WHERE status = 'complete'") == Rows{"0.01", "0.02"});
  const Conclusion end = job.work();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.complete == 3);
}

TEST_CASE("a checkpoint goes once the outcome is committed, and stays where its training may be tried again") {
  const TemporaryFolder folder;
  MasterLoop::Options options;
  options.settings.cache = folder / "s.cache";
  options.settings.fingerprint = "f";
  Job job(folder.path(), tornado_space(R"({"epochs": 1, "batch_size": [1, 2, 3, 4]})"), 2, options);
  job.join_all();
  std::optional<SlowReader> reader(folder.path());
  std::vector<fs::path> files;
  for (const Status status : {Status::complete, Status::diverged, Status::out_of_memory, Status::failed}) {
    REQUIRE(!job.worker(1).in_hand.empty());
    const Configuration& configuration = job.worker(1).in_hand.front().training.configuration;
    files.push_back(checkpoint(checkpoints(options.settings.cache),
                               curve_identity(configuration, *job.space.experiment, job.space.seed), "f"));
    fs::create_directories(files.back());
    job.time += Seconds(1);
    job.worker(1).finish(status == Status::complete ? outcome(0.5) : failure("no", status));
    job.turn();
  }
  const auto there = [&] {
    std::vector<bool> exist;
    for (const fs::path& file : files) exist.push_back(fs::exists(file));
    return exist;
  };
  CHECK(there() == std::vector<bool>{true, true, true, true});  // nothing is committed
  reader.reset();
  job.time += Seconds(2);
  job.turn();
  CHECK(there() == std::vector<bool>{false, false, true, true});
}

TEST_CASE("checkpoints do not pile up where trials end faster than rows are committed") {
  const TemporaryFolder folder;
  MasterLoop::Options options;
  options.settings.cache = folder / "s.cache";
  options.settings.fingerprint = "f";
  Job job(folder.path(), tornado_space(R"({"epochs": 1, "batch_size": {"min": 1, "max": 200, "step": 1}})"), 2,
          options);
  job.join_all();
  const fs::path saved = checkpoints(options.settings.cache);
  for (int trial = 0; trial < 150; ++trial) {
    const Configuration& configuration = job.worker(1).in_hand.front().training.configuration;
    fs::create_directories(
        checkpoint(saved, curve_identity(configuration, *job.space.experiment, job.space.seed), "f"));
    job.time += Seconds(0.01);
    job.worker(1).finish(outcome(0.5));
    job.turn();
  }
  CHECK(std::distance(fs::directory_iterator(saved), {}) < 40);  // those of the last 0.25 s
}

TEST_CASE("a database that stays held stops the search, which runs on later") {
  const TemporaryFolder folder;
  {
    Job job(folder.path(), indices(1, 3), 2, {}, 0, Seconds(0.2));
    job.join_all();
    const SlowReader reader(folder.path());
    job.worker(1).finish(outcome(0.5));
    CHECK_FALSE(job.turn());
    for (int minute = 0; minute < 12; ++minute) {
      job.time += Seconds(60);
      job.worker(1).say(wire::Heartbeat{});
      CHECK_FALSE(job.turn());
    }
    REQUIRE(job.worker(1).stop);
    const Conclusion end = job.leave_all();
    CHECK(end.ending == Ending::drained);
    CHECK(end.counts.terminal() == 0);
  }
  Job job(folder.path(), indices(1, 3), 2);
  job.join_all();
  CHECK(job.work().counts.complete == 3);
}

TEST_CASE("a pause while the database is held is no time in which it could not be written") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 3), 2, {}, 0, Seconds(0.2));
  job.join_all();
  {
    const SlowReader reader(folder.path());
    job.worker(1).finish(outcome(0.5));
    job.turn();
    job.pass(4);
  }
  job.pause(3600);
  job.turn();
  CHECK_FALSE(job.worker(1).stop);
  CHECK(job.work().counts.complete == 3);
}

TEST_CASE("the networks of the best trials are kept once their rows are committed") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 6), 2, {}, 2);
  job.join_all();
  std::optional<Conclusion> end;
  while (!end) {
    end = job.turn();
    Worker& worker = job.worker(1);
    if (!worker.in_hand.empty()) {
      const Training& training = worker.in_hand.front().training;
      const fs::path fresh =
          fresh_model(fresh_models(folder / "s.cache", "s"),
                      identity(training.trial(0, *job.space.experiment), *job.space.experiment, job.space.seed));
      fs::create_directories(fresh.parent_path());
      std::ofstream(fresh) << job.index(training);
      worker.finish(job.result(training));
    }
    if (std::exchange(worker.stop, {})) worker.leave();
  }
  job.models.close();
  Rows kept;
  for (const RatedTrial& best : job.models.kept()) kept.push_back(text_of(model_file(folder / "s.db", best.trial)));
  CHECK(kept == Rows{"6", "5"});
}
