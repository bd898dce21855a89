// Workers that are lost, or silent.
#include "master/loop/master_loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <set>
#include <thread>
#include <utility>

#include "tests/master/loop/memory_job.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("the trial of a silent worker is trained by another, and what the dead one says late is not recorded") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 1), 3);
  job.join_all();
  Worker& dead = job.worker(job.worker(1).in_hand.empty() ? 2 : 1);
  Worker& alive = job.worker(&dead == &job.worker(1) ? 2 : 1);
  REQUIRE(dead.in_hand.size() == 1);
  REQUIRE(alive.in_hand.empty());
  job.pass(9);
  alive.say(wire::Heartbeat{});
  job.turn();
  CHECK(alive.in_hand.empty());
  job.pass(2);
  REQUIRE(alive.in_hand.size() == 1);
  CHECK(alive.in_hand.front().training.attempt == 2);

  dead.finish(outcome(0.9));
  dead.say(wire::Heartbeat{});
  job.turn();
  CHECK(job.store.counts().complete == 0);
  REQUIRE(dead.stop);
  CHECK_FALSE(dead.stop->finalize);  // MPI_Finalize would wait for ranks that are really dead
  alive.finish(outcome(0.1));
  job.turn();
  REQUIRE(alive.stop);
  CHECK_FALSE(alive.stop->finalize);
  const Conclusion end = job.leave_all();
  CHECK(end.ending == Ending::done);
  CHECK(end.workers_died);
  CHECK(end.attempts_raised);
  CHECK(rows(folder.path()) == Rows{"1|complete|0.1|2"});
}

TEST_CASE("workers are not lost for a silence during which the master slept") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 2), 3);
  job.join_all();
  job.pass(5);
  for (int suspended = 0; suspended < 3; ++suspended) {
    job.time += Seconds(3600);
    job.turn();  // before any message arrives from the workers, which slept too
    for (const Worker& worker : job.workers) worker.say(wire::Heartbeat{});
    job.turn();
  }
  for (int rank : {1, 2}) {
    REQUIRE(job.worker(rank).in_hand.size() == 1);
    CHECK(job.worker(rank).in_hand.front().training.attempt == 1);
  }
  job.pass(11);  // awake, with no message from anybody
  CHECK(job.turn().value().ending == Ending::workers_lost);
}

namespace {

/// Transactions that have been written to the job's database: the change counter of SQLite's file format.
std::uint32_t transactions(const fs::path& folder) {
  std::ifstream file(folder / "s.db", std::ios::binary);
  unsigned char bytes[4];
  file.seekg(24).read(reinterpret_cast<char*>(bytes), sizeof bytes);
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

TEST_CASE("workers that are lost together cost one commit, which has all of their attempts") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 8), 10);
  job.join_all();
  for (int seconds : {5, 5}) {
    job.pass(seconds);
    job.worker(9).say(wire::Heartbeat{});
  }
  const std::uint32_t before = transactions(folder.path());
  job.time += Seconds(2);
  job.turn();
  CHECK(transactions(folder.path()) - before == 1);
  CHECK(query(folder / "s.db", "SELECT count(*) FROM trials WHERE attempt = 2") == Rows{"8"});
}

TEST_CASE("a training that is lost with two workers fails, and the search goes on") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 2), 4);
  job.join_all();
  std::set<const Worker*> dead;
  for (int lost = 0; lost < 2; ++lost) {
    for (const Worker& worker : job.workers) {
      if (!worker.in_hand.empty() && job.index(worker.in_hand.front().training) == 1) dead.insert(&worker);
    }
    for (const int seconds : {9, 2}) {
      job.pass(seconds);
      for (const Worker& worker : job.workers) {
        if (!dead.contains(&worker)) worker.say(wire::Heartbeat{});
      }
      job.turn();
    }
  }
  REQUIRE(dead.size() == 2);
  std::erase_if(job.workers, [&](const Worker& worker) { return dead.contains(&worker); });
  const Conclusion end = job.work();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.failed == 1);
  const Rows found = query(folder / "s.db", R"(SELECT "index", status, error FROM results ORDER BY "index")");
  REQUIRE(found.size() == 2);
  CHECK(found[0].starts_with("1|failed|lost with 2 workers, the last one "));
  CHECK(found[1] == "2|complete|NULL");
}

TEST_CASE("a search that decides from results goes on when all that runs is given up") {
  const TemporaryFolder folder;
  Job job(folder.path(),
          noop_space(R"({"index": {"min": 0, "max": 2, "step": 1}, "epochs": [1, 3]})", "s",
                     R"("method": {"name": "halving", "size": 3}, )"),
          5);
  job.join_all();
  Worker* killed = nullptr;
  for (Worker& worker : job.workers) {
    if (worker.in_hand.empty()) continue;
    if (!std::exchange(killed, killed ? killed : &worker)) continue;
    worker.finish(outcome(0.5));
  }
  job.turn();
  for (int lost = 0; lost < 2; ++lost) {  // and with it the worker that trains it next
    const auto trains = [](const Worker& worker) { return !worker.in_hand.empty(); };
    const auto dead = std::ranges::find_if(job.workers, trains);
    REQUIRE(dead != job.workers.end());
    for (const int seconds : {9, 2}) {
      job.pass(seconds);
      for (const Worker& worker : job.workers)
        if (&worker != &*dead) worker.say(wire::Heartbeat{});
      job.turn();
    }
    job.workers.erase(dead);
  }
  const Conclusion end = job.work();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.failed == 1);
  CHECK(end.counts.complete == 3);  // two of the first rung, one of the second
}

TEST_CASE(
    "workers that are there hear that the master lives, also while it does nothing but wait for its file system") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 1), 3, {.settings = {.lost_after = 0.2}});
  job.worker(1).join();
  job.turn();
  std::this_thread::sleep_for(Seconds(1));  // 20 beats, while the master takes no turn
  for (Worker& worker : job.workers) worker.hear();
  CHECK((job.worker(1).heartbeats >= 5 && job.worker(1).heartbeats <= 25));
  CHECK(job.worker(2).heartbeats == 0);  // has not joined
  job.worker(1).leave();
  job.turn();
  job.worker(1).heartbeats = 0;
  std::this_thread::sleep_for(Seconds(0.3));
  job.worker(1).hear();
  CHECK(job.worker(1).heartbeats == 0);
}

TEST_CASE("a worker that takes long to say who it is, and shows that it lives, is waited for") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 3), 3);
  for (int second = 0; second < 60; ++second) {
    job.pass(1);
    job.worker(1).say(wire::Heartbeat{});
  }
  job.worker(1).join();  // 60 s late; nothing was heard from the other
  CHECK(job.work().counts.complete == 3);
}
