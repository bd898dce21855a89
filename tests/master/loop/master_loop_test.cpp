// The course of a search.
#include "master/loop/master_loop.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/heard.hpp"
#include "tests/master/loop/memory_job.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("a search of a few trials ends with their rows, each as its worker reported it") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 5), 3);
  job.join_all();
  CHECK(job.worker(1).welcome->space == job.space.text);
  const Conclusion end = job.work();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.complete == 5);
  CHECK_FALSE(end.workers_died);
  CHECK(end.limit.empty());
  CHECK(rows(folder.path()) ==
        Rows{"1|complete|0.01|1", "2|complete|0.02|1", "3|complete|0.03|1", "4|complete|0.04|1", "5|complete|0.05|1"});
  CHECK(query(folder / "s.db", "SELECT DISTINCT host, device, threads, ranks FROM trials ORDER BY host") ==
        Rows{"host1|cpu|3|1", "host2|cpu|3|2"});
}

TEST_CASE("a drained search keeps what is done, and running it again does the rest") {
  const TemporaryFolder folder;
  {
    Job job(folder.path(), indices(1, 4), 2);
    job.join_all();
    job.worker(1).finish(outcome(0.5));
    job.turn();
    job.turn(/*drain=*/true);
    REQUIRE(job.worker(1).stop);
    CHECK(job.worker(1).stop->finalize);
    const Conclusion end = job.leave_all();
    CHECK(end.ending == Ending::drained);
    CHECK(end.counts.terminal() == 1);
  }
  Job job(folder.path(), indices(1, 4), 2);
  job.join_all();
  Indices trained;
  CHECK(job.work(&trained).ending == Ending::done);
  CHECK(trained == Indices{2, 3, 4});
  CHECK(rows(folder.path()) == Rows{"1|complete|0.5|1", "2|complete|0.02|1", "3|complete|0.03|1", "4|complete|0.04|1"});
}

TEST_CASE("every limit of a space ends its search, and is named") {
  const TemporaryFolder folder;
  SUBCASE("trials, also when run again") {
    for (int run = 0; run < 2; ++run) {
      Job job(folder.path(), indices(1, 9, R"("limits": {"trials": 3},)"), 3);
      job.join_all();
      const Conclusion end = job.work();
      CHECK(end.ending == Ending::done);
      CHECK(end.limit == "limits.trials (3)");
    }
    CHECK(rows(folder.path()) == Rows{"1|complete|0.01|1", "2|complete|0.02|1", "3|complete|0.03|1"});
  }
  SUBCASE("failures") {
    Job job(folder.path(), indices(1, 9, R"("limits": {"failures": 2},)"), 2);
    job.join_all();
    for (int failed = 0; failed < 2; ++failed) {
      CHECK_FALSE(job.turn());
      REQUIRE(!job.worker(1).in_hand.empty());
      job.time += Seconds(1);  // so slow that little is held in advance
      job.worker(1).finish(failure("broken"));
    }
    const Conclusion end = job.work();
    CHECK(end.limit == "limits.failures (2)");
    CHECK(end.counts.failed == 2);
    CHECK(end.counts.terminal() < 9);
  }
  SUBCASE("failures: no more than so many, whatever is held in advance or on its way") {
    Job job(folder.path(), indices(1, 99, R"("limits": {"failures": 3},)"), 2);
    job.join_all();
    std::uint64_t complete = 0;
    for (; job.worker(1).in_hand.size() <= 10; ++complete) {  // in no time, so that much is held in advance
      REQUIRE(complete < 40);
      job.worker(1).finish(outcome(0.5));
      job.turn();
    }
    while (!job.worker(1).in_hand.empty()) job.worker(1).finish(failure("broken"));
    job.turn();
    REQUIRE(job.worker(1).stop);
    const Conclusion end = job.leave_all();
    CHECK(end.ending == Ending::done);
    CHECK(end.limit == "limits.failures (3)");
    CHECK(end.counts.terminal() == complete + 3);
  }
  SUBCASE("hours: what has begun ends") {
    Job job(folder.path(), indices(1, 9, R"("limits": {"hours": 0.01},)"), 2);
    job.join_all();
    const std::size_t begun = job.worker(1).in_hand.size();
    REQUIRE(begun > 0);
    for (int seconds = 0; seconds < 40; seconds += 5) {
      job.time += Seconds(5);
      job.worker(1).say(wire::Heartbeat{});
      job.turn();
    }
    const Conclusion end = job.work();
    CHECK(end.ending == Ending::done);
    CHECK(end.limit == "limits.hours (0.01)");
    CHECK(end.counts.complete == begun);
  }
  SUBCASE("hours: a pause does not count") {
    Job job(folder.path(), indices(1, 9, R"("limits": {"hours": 0.01},)"), 2);
    job.join_all();
    job.pause(3600);
    const Conclusion end = job.work();
    CHECK(end.limit.empty());
    CHECK(end.counts.complete == 9);
  }
}

TEST_CASE("a job that is nearly over drains in time") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 4), 2, {.settings = {}, .remaining = Seconds(100)});
  job.join_all();
  job.time += Seconds(89);
  job.worker(1).say(wire::Heartbeat{});
  job.turn();
  CHECK_FALSE(job.worker(1).stop);
  job.time += Seconds(1);
  job.worker(1).say(wire::Heartbeat{});
  job.turn();
  CHECK(job.worker(1).stop);
  CHECK(job.leave_all().ending == Ending::drained);
}

TEST_CASE("a job ends in time although a worker, in the middle of a long step, does not stop") {
  const TemporaryFolder folder;
  {
    Job job(folder.path(), indices(1, 4), 3, {.settings = {}, .remaining = Seconds(100)});
    job.join_all();
    std::optional<Conclusion> end;
    for (int seconds = 1; !end && seconds <= 100; ++seconds) {
      job.time += Seconds(1);
      job.worker(1).say(wire::Heartbeat{});
      if (seconds <= 90) job.worker(2).say(wire::Heartbeat{});
      end = job.turn();
      if (seconds == 90) job.worker(2).leave();
      CHECK(end.has_value() == (seconds == 95));  // 90, and half of ten
      CHECK(job.worker(1).stop.value_or(wire::Stop{}).at_once == (seconds == 95));
    }
    REQUIRE(end);
    CHECK_FALSE(job.worker(2).stop->at_once);
    CHECK(end->ending == Ending::drained);
    CHECK(end->workers_died);  // nobody waits for it in MPI_Finalize
    CHECK_FALSE(end->attempts_raised);
  }
  Job job(folder.path(), indices(1, 4), 3);
  job.join_all();
  CHECK(job.work().ending == Ending::done);
  CHECK(query(folder / "s.db", "SELECT DISTINCT attempt FROM trials") == Rows{"1"});
}

TEST_CASE("a job that was suspended has what it had left, but for a user's time limit") {
  const TemporaryFolder folder;
  for (const bool end_moves : {true, false}) {
    CAPTURE(end_moves);
    Job job(folder.path(), indices(1, 4), 2, {.settings = {}, .remaining = Seconds(100), .end_moves = end_moves});
    job.join_all();
    job.pause(200);
    job.worker(1).say(wire::Heartbeat{});
    job.turn();
    CHECK(job.worker(1).stop.has_value() != end_moves);
    job.time += Seconds(90);
    job.worker(1).say(wire::Heartbeat{});
    job.turn();
    CHECK(job.worker(1).stop);
    CHECK(job.leave_all().ending == Ending::drained);
  }
}

namespace {

/// Trials that take as many seconds as their index.
void learn_that_the_index_costs(const fs::path& folder) {
  Job job(folder, indices(1, 20), 2);
  job.join_all();
  for (;;) {
    if (job.turn()) break;
    Worker& worker = job.worker(1);
    if (!worker.in_hand.empty()) {
      Outcome slow = outcome(0.5);
      slow.timings.wall = static_cast<double>(job.index(worker.in_hand.front().training));
      worker.finish(slow);
    }
    if (std::exchange(worker.stop, {})) worker.leave();
  }
}

}  // namespace

TEST_CASE("trainings expected to take longest, by earlier runs, begin first") {
  const TemporaryFolder folder;
  learn_that_the_index_costs(folder.path());
  Job job(folder.path(), noop_space(R"({"index": [30, 90, 50, 70]})"), 2);
  job.join_all();
  Indices trained;
  job.work(&trained);
  CHECK(trained == Indices{90, 70, 50, 30});
}

TEST_CASE("what would not end in time does not begin, and the search counts as drained") {
  const TemporaryFolder folder;
  learn_that_the_index_costs(folder.path());
  // 100 s, of which 10 are the margin: 80 s fit; 200 s never could, so they may begin.
  Job job(folder.path(), noop_space(R"({"index": [60, 80]})"), 2, {.settings = {}, .remaining = Seconds(100)});
  job.time += Seconds(20);
  job.join_all();
  Indices trained;
  const Conclusion end = job.work(&trained);
  CHECK(trained == Indices{60});
  CHECK(end.ending == Ending::drained);
  CHECK(end.counts.complete == 1);  // of this space
}

TEST_CASE("what no worker of this build says is refused with the remedy") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 4), 2);
  job.join_all();
  SUBCASE("bytes without a meaning") {
    job.worker(1).channel.send(0, "\x7fgarbage");
  }
  SUBCASE("a message cut short") {
    job.worker(1).channel.send(0, wire::encode(wire::Left{7}).substr(0, 4));
  }
  SUBCASE("nothing at all") {
    job.worker(1).channel.send(0, "");
  }
  SUBCASE("what belongs to the other schedule") {
    job.worker(1).say(wire::Began{true, TrainingId{1}});
  }
  CHECK_THROWS_WITH_AS(job.turn(), doctest::Contains("run the same build of stormsweep on every rank"), InputError);
}

TEST_CASE("a trial that is still running has a row, with its attempt") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 1), 2);
  job.join_all();
  for (int second = 0; second < 6; ++second) {
    job.time += Seconds(1);
    job.worker(1).say(wire::Heartbeat{});
    job.turn();
  }
  CHECK(query(folder / "s.db", "SELECT status, attempt, host FROM trials") == Rows{"running|1|host1"});
  job.work();
  CHECK(query(folder / "s.db", "SELECT status, attempt, host FROM trials") == Rows{"complete|1|host1"});
}

TEST_CASE("a gang trains together; its leader reports, and the row names its ranks") {
  const TemporaryFolder folder;
  Job job(folder.path(), noop_space(R"({"index": [1], "gpus": [2]})"), 3);
  job.join_all();
  Worker &leader = job.worker(1), &mate = job.worker(2);
  REQUIRE(leader.in_hand.size() == 1);
  REQUIRE(mate.in_hand.size() == 1);
  const Assignment assignment = leader.in_hand.front();
  CHECK(assignment == mate.in_hand.front());
  CHECK(assignment.members == std::vector<std::int32_t>{1, 2});

  mate.say(wire::Left{assignment.gang});
  mate.in_hand.clear();
  leader.finish(outcome(0.25));
  CHECK(job.work().ending == Ending::done);
  CHECK(query(folder / "s.db", "SELECT status, gang, ranks FROM trials") == Rows{"complete|2|1,2"});
}

TEST_CASE("where a member of a gang fails, its mates are told to abandon it") {
  const TemporaryFolder folder;
  Job job(folder.path(), noop_space(R"({"index": [1], "gpus": [2]})"), 3);
  job.join_all();
  Worker &leader = job.worker(1), &mate = job.worker(2);
  const std::uint64_t gang = leader.in_hand.front().gang;
  mate.finish(failure("the disk is full"));
  job.turn();
  CHECK(leader.abandoned == std::vector<std::uint64_t>{gang});
  leader.say(wire::Left{gang});
  leader.in_hand.clear();
  CHECK(job.work().counts.failed == 1);
  CHECK(query(folder / "s.db", "SELECT status, error FROM trials") == Rows{"failed|the disk is full"});
}

namespace {

MasterLoop::Options staged() {
  MasterLoop::Options options;
  options.settings.stage = "/disk";
  return options;
}

}  // namespace

TEST_CASE("data is staged by all workers before any training, and again where one is lost") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 2), 3, staged());
  job.worker(1).join();
  job.turn();
  CHECK(job.worker(1).stages.empty());
  job.worker(2).join();
  job.turn();
  CHECK(job.worker(1).stages == std::vector<wire::Stage>{{1, {1, 2}}});
  CHECK(job.worker(2).stages == job.worker(1).stages);

  job.pass(6);
  job.worker(1).say(wire::Heartbeat{});
  job.pass(5);
  job.worker(1).say(wire::Staged{.attempt = 1, .done = false, .error = {}, .notes = {}});  // it takes its mate for dead
  job.turn();
  job.turn();
  CHECK(job.worker(1).stages.back() == wire::Stage{2, {1}});
  CHECK(job.worker(1).in_hand.empty());
  job.worker(1).say(wire::Staged{.attempt = 2, .done = true, .error = {}, .notes = {}});
  job.turn();
  CHECK(job.worker(1).stages.back() == wire::Stage{0, {}});
  CHECK(!job.worker(1).in_hand.empty());
}

TEST_CASE("heartbeats report what workers are doing, and the bar shows it") {
  const TemporaryFolder folder;
  MasterLoop::Options options = staged();
  options.columns = 200;
  Job job(folder.path(), indices(1, 2), 3, options);
  job.join_all();
  const auto shown_after = [&](const wire::Pursuit& pursuit) {
    for (const Worker& worker : job.workers) worker.say(wire::Heartbeat{pursuit});
    return heard([&] { job.pass(2); });
  };
  const std::string copying = shown_after({.work = wire::Work::staging, .done = 1'000'000, .all = 4'000'000});
  CHECK(copying.find("[#####---------------] s: 0/2 done, 2 workers staging data: 2 of 8 MB | 6 s left") !=
        std::string::npos);
  for (const Worker& worker : job.workers)
    worker.say(wire::Staged{.attempt = 1, .done = true, .error = {}, .notes = {}});
  job.turn();
  const std::string training = shown_after({wire::Work::training, 1, 2, 1, 3});
  CHECK(training.find("] s: 0/2 done, 2 running (epoch 1/2: 2 training 33 %)") != std::string::npos);
}

TEST_CASE("data that cannot be staged ends the search with the reason") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 2), 2, staged());
  job.join_all();
  job.worker(1).say(wire::Staged{.attempt = 1, .done = false, .error = "/disk: full; free some space", .notes = {}});
  CHECK_THROWS_WITH_AS(job.turn(), "/disk: full; free some space", InputError);
}

TEST_CASE("what concerns all ranks ends the search with the reason, and rows of before stay") {
  const TemporaryFolder folder;
  {
    Job job(folder.path(), indices(1, 3), 3);
    job.join_all();
    job.worker(1).finish(outcome(0.5));
    job.turn();
    job.worker(2).say(wire::Refused{"train.h5: has changed"});
    CHECK_THROWS_WITH_AS(job.turn(), "train.h5: has changed", InputError);
    job.store.settle();
  }
  CHECK(rows(folder.path()) == Rows{"1|complete|0.5|1"});
}

TEST_CASE("nothing is staged for a search that is done") {
  const TemporaryFolder folder;
  {
    Job job(folder.path(), indices(1, 2), 2);
    job.join_all();
    job.work();
  }
  Job job(folder.path(), indices(1, 2), 2, staged());
  job.join_all();
  CHECK(job.worker(1).welcome->settings.stage.empty());
  CHECK(job.worker(1).stages.empty());
  CHECK(job.work().ending == Ending::done);
}
