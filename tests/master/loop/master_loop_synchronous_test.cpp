// The synchronous schedule, in which the master only collects results.
#include "master/loop/master_loop.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdint>

#include "search/methods/synchronous.hpp"
#include "tests/master/loop/memory_job.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

MasterLoop::Options synchronous() {
  MasterLoop::Options options;
  options.settings.synchronous = true;
  return options;
}

/// Works through its share by itself, up to `most` trainings.
Indices work_through_share(const Job& job, const Worker& worker, int most = 100) {
  SynchronousShare share(job.space, worker.channel.rank(), worker.channel.size() - 1,
                         {worker.welcome->done, worker.welcome->limit});
  Indices trained;
  for (auto turn = share.next(); turn && most > 0; turn = share.next(), --most) {
    worker.say(wire::Began{true, turn->training.id});
    worker.say(wire::Finished{turn->training.id, 0, job.result(turn->training), {}});
    trained.push_back(job.index(turn->training));
  }
  if (most > 0) worker.say(wire::Began{});
  return trained;
}

}  // namespace

TEST_CASE("by the synchronous schedule workers deal the trainings themselves, and the master gathers") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 5), 3, synchronous());
  job.join_all();
  const Indices first = work_through_share(job, job.worker(1));
  job.turn();
  CHECK_FALSE(job.worker(1).stop);  // a worker that has finished waits for the others
  const Indices second = work_through_share(job, job.worker(2));
  CHECK(first.size() + second.size() == 5);
  job.turn();
  CHECK(job.worker(1).stop);
  const Conclusion end = job.leave_all();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.complete == 5);
  CHECK(query(folder / "s.db", R"(SELECT "index" FROM results WHERE worker = 1 ORDER BY finished, "index")") == [&] {
    Rows expected;
    for (const std::int64_t index : first) expected.push_back(std::to_string(index));
    return expected;
  }());
}

TEST_CASE("the synchronous schedule ends with a lost rank, and goes on over what is missing") {
  const TemporaryFolder folder;
  {
    Job job(folder.path(), indices(1, 6), 3, synchronous());
    job.join_all();
    work_through_share(job, job.worker(1), 2);
    job.worker(2).say(wire::Began{true, TrainingId{1}});
    job.turn();
    job.pass(9);
    job.worker(1).say(wire::Heartbeat{});
    job.pass(2);
    REQUIRE(job.worker(1).stop);
    CHECK_FALSE(job.worker(1).stop->finalize);
    job.worker(1).leave();
    const Conclusion end = job.turn().value();
    CHECK(end.ending == Ending::rank_lost);
    CHECK(end.attempts_raised);
    CHECK(end.counts.complete == 2);
  }
  Job job(folder.path(), indices(1, 6), 3, synchronous());
  job.join_all();
  std::uint64_t done = 0;
  for (const TrainingRange& range : job.worker(1).welcome->done) done += range.last - range.first + 1;
  CHECK(done == 2);
  CHECK(job.worker(2).welcome->done == job.worker(1).welcome->done);
  const std::size_t left =
      work_through_share(job, job.worker(1)).size() + work_through_share(job, job.worker(2)).size();
  CHECK(left == 4);
  job.turn();
  CHECK(job.leave_all().counts.complete == 6);
  CHECK(query(folder / "s.db", R"(SELECT "index" FROM results WHERE attempt = 2)") == Rows{"2"});
}

TEST_CASE("limits.hours ends the synchronous schedule as it ends the other: done") {
  const TemporaryFolder folder;
  Job job(folder.path(), indices(1, 9, R"("limits": {"hours": 0.01},)"), 2, synchronous());
  job.join_all();
  work_through_share(job, job.worker(1), 1);
  for (int seconds = 0; seconds < 40; seconds += 5) {
    job.time += Seconds(5);
    job.worker(1).say(wire::Heartbeat{});
    job.turn();
  }
  REQUIRE(job.worker(1).stop);
  const Conclusion end = job.leave_all();
  CHECK(end.ending == Ending::done);
  CHECK(end.limit == "limits.hours (0.01)");
  CHECK(end.counts.complete == 1);
}

TEST_CASE("a limit of trials holds for the synchronous schedule, whatever earlier runs did") {
  const TemporaryFolder folder;
  for (const int limit : {2, 3}) {
    Job job(folder.path(), indices(1, 9, fmt::format(R"("limits": {{"trials": {}}},)", limit)), 3, synchronous());
    job.join_all();
    CHECK(job.worker(1).welcome->limit == TrainingLimit{static_cast<std::uint64_t>(limit), 1});
    for (const Worker& worker : job.workers) work_through_share(job, worker);
    job.turn();
    CHECK(job.leave_all().counts.complete == static_cast<std::uint64_t>(limit));
  }
}

/// The last round was once stopped as soon as it had been dealt, because nothing was left to deal.
TEST_CASE("where rounds are dealt, limits.trials is reached, too") {
  const TemporaryFolder folder;
  const std::string bayes = R"("method": {"name": "bayes", "width": 4}, "limits": {"trials": 6},)";
  Job job(folder.path(), indices(1, 99, bayes), 3, synchronous());
  job.join_all();
  const Conclusion end = job.work();
  CHECK(end.ending == Ending::done);
  CHECK(end.limit == "limits.trials (6)");
  CHECK(end.counts.complete == 6);
}

TEST_CASE("a target ends the synchronous schedule once all before the training that has come to it have ended") {
  const TemporaryFolder folder;
  const std::string target = R"("limits": {"target": 0.04},)";
  {
    Job job(folder.path(), indices(1, 99, target), 3, synchronous());
    job.join_all();
    work_through_share(job, job.worker(2), 6);
    job.turn();
    CHECK_FALSE(job.worker(2).stop);
    work_through_share(job, job.worker(1), 4);
    job.turn();
    REQUIRE(job.worker(2).stop);
    const Conclusion end = job.leave_all();
    CHECK(end.ending == Ending::done);
    CHECK(end.limit == "limits.target (0.04)");
  }
  Job job(folder.path(), indices(1, 99, target), 3, synchronous());
  job.join_all();
  CHECK(work_through_share(job, job.worker(1)).empty());
  CHECK(work_through_share(job, job.worker(2)).empty());
  job.turn();
  CHECK(job.leave_all().limit == "limits.target (0.04)");
}
