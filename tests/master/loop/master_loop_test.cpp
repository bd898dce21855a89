#include "master/loop/master_loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <fstream>
#include <list>
#include <memory>
#include <set>
#include <utility>

#include "master/store/kept_models.hpp"
#include "search/base/error.hpp"
#include "search/methods/synchronous.hpp"
#include "search/space/cache_files.hpp"
#include "tests/heard.hpp"
#include "tests/master/store/store_fixture.hpp"
#include "worker/channel/memory_channel.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::string>;
using Indices = std::vector<std::int64_t>;

/// A worker for which the test speaks.
struct Worker {
  Channel& channel;
  std::optional<wire::Welcome> welcome = {};
  std::deque<Assignment> in_hand = {};
  std::vector<wire::Stage> stages = {};
  std::vector<std::uint64_t> abandoned = {};  ///< gangs
  std::optional<wire::Stop> stop = {};
  int heartbeats = 0;

  void say(const wire::ToMaster& message) const { channel.send(0, wire::encode(message)); }
  void join() const { say(wire::Hello{"host" + std::to_string(channel.rank()), "cpu", "Xeon", "stormsweep 1", 3}); }
  /// The first training in hand, or trial `milestone` of it, has ended so.
  void finish(const Outcome& outcome) {
    say(wire::Finished{.training = in_hand.front().training.id, .milestone = 0, .outcome = outcome, .epochs = {}});
    if (in_hand.front().gang > 0) say(wire::Left{in_hand.front().gang});
    in_hand.pop_front();
  }
  void leave() const { say(wire::Stopped{}); }

  void hear() {
    while (const auto parcel = channel.receive())
      std::visit([this](const auto& message) { on(message); }, wire::decode<wire::ToWorker>(parcel->bytes));
  }
  void on(const wire::Welcome& message) { welcome = message; }
  void on(const wire::Heartbeat&) { ++heartbeats; }
  void on(const wire::Stage& message) { stages.push_back(message); }
  void on(const wire::Assign& message) {
    in_hand.insert(in_hand.end(), message.assignments.begin(), message.assignments.end());
  }
  void on(const wire::Abandon& message) { abandoned.push_back(message.gang); }
  void on(const wire::Stop& message) { stop = message, in_hand.clear(); }
};

/// A job in memory, whose database is a real file. Time passes only where the test says so.
struct Job {
  Space space;
  KeptModels models;
  Store store;
  std::vector<std::unique_ptr<MemoryChannel>> channels;
  std::list<Worker> workers;
  Seconds time{1000};
  MasterLoop loop;

  Job(const fs::path& folder, Space of, int ranks, MasterLoop::Options options = {}, std::size_t keep = 0,
      Seconds patience = Seconds(60))
      : space(std::move(of)),
        models(folder / "s.db", folder / "s.cache", space, keep),
        store(folder / "s.db", space, "f",
              {.json = {},
               .retry_failed = false,
               .committed = [this](const RatedTrial& trial, const Identity& key) { models.consider(trial, key); },
               .last_patience = patience}),
        channels(MemoryChannel::make(ranks)),
        loop(*channels[0], store, space, with_clock(std::move(options))) {
    for (std::size_t rank = 1; rank < channels.size(); ++rank) workers.push_back({.channel = *channels[rank]});
    models.open(store);
  }

  MasterLoop::Options with_clock(MasterLoop::Options options) {
    options.clock = [this] { return time; };
    return options;
  }

  Worker& worker(int rank) { return *std::next(workers.begin(), rank - 1); }
  std::optional<Conclusion> turn(bool drain = false) {
    const auto conclusion = loop.turn(drain, Seconds(0));
    for (Worker& worker : workers) worker.hear();
    return conclusion;
  }
  /// Time passes as a master sees it that is awake.
  void pass(double seconds) {
    for (; seconds > 0; seconds -= 2) {
      time += Seconds(std::min(seconds, 2.0));
      turn();
    }
  }
  void join_all() {
    for (const Worker& worker : workers) worker.join();
    turn();
  }
  std::int64_t index(const Training& training) const {
    return std::get<std::int64_t>(training.configuration.values.at(*space.experiment->find("index")));
  }
  /// What a worker makes of a training.
  Outcome result(const Training& training) const { return outcome(static_cast<double>(index(training)) / 100); }
  /// All work as they are told, and leave when told to; what they train, in this order.
  Conclusion work(Indices* trained = nullptr) {
    for (;;) {
      if (const auto conclusion = turn()) return *conclusion;
      for (Worker& worker : workers) {
        if (!worker.in_hand.empty()) {
          if (trained) trained->push_back(index(worker.in_hand.front().training));
          worker.finish(result(worker.in_hand.front().training));
        }
        if (std::exchange(worker.stop, {})) worker.leave();
      }
    }
  }
  Conclusion leave_all() {
    for (const Worker& worker : workers) worker.leave();
    return turn().value();
  }
};

Space indices(int from, int to, const std::string& more = "") {
  return noop_space(fmt::format(R"({{"index": {{"min": {}, "max": {}, "step": 1}}}})", from, to), "s", more);
}

Rows rows(const fs::path& folder) {
  return query(folder / "s.db", R"(SELECT "index", status, score, attempt FROM results ORDER BY "index")");
}

}  // namespace

TEST_CASE("a search of a few trials ends with their rows, each as its worker reported it") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 5), 3);
  job.join_all();
  CHECK(job.worker(1).welcome->space == job.space.text);
  const Conclusion end = job.work();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.complete == 5);
  CHECK_FALSE(end.workers_died);
  CHECK(end.limit.empty());
  CHECK(rows(folder.path) ==
        Rows{"1|complete|0.01|1", "2|complete|0.02|1", "3|complete|0.03|1", "4|complete|0.04|1", "5|complete|0.05|1"});
  CHECK(query(folder.path / "s.db", "SELECT DISTINCT host, device, threads, ranks FROM trials ORDER BY host") ==
        Rows{"host1|cpu|3|1", "host2|cpu|3|2"});
}

TEST_CASE("the trial of a silent worker is trained by another, and what the dead one says late is not recorded") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 1), 3);
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
  CHECK_FALSE(dead.stop->finalize);  // MPI_Finalize would wait for those that are really dead
  alive.finish(outcome(0.1));
  job.turn();
  REQUIRE(alive.stop);
  CHECK_FALSE(alive.stop->finalize);
  const Conclusion end = job.leave_all();
  CHECK(end.ending == Ending::done);
  CHECK(end.workers_died);
  CHECK(end.attempts_raised);
  CHECK(rows(folder.path) == Rows{"1|complete|0.1|2"});
}

TEST_CASE("a silence that the master slept through counts against nobody") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 2), 3);
  job.join_all();
  job.pass(5);
  for (int suspended = 0; suspended < 3; ++suspended) {
    job.time += Seconds(3600);
    job.turn();  // before the workers, who slept too, are heard
    for (const Worker& worker : job.workers) worker.say(wire::Heartbeat{});
    job.turn();
  }
  for (int rank : {1, 2}) {
    REQUIRE(job.worker(rank).in_hand.size() == 1);
    CHECK(job.worker(rank).in_hand.front().training.attempt == 1);
  }
  job.pass(11);  // awake, and nobody says a word
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
  Job job(folder.path, indices(1, 8), 10);
  job.join_all();
  for (int seconds : {5, 5}) {
    job.pass(seconds);
    job.worker(9).say(wire::Heartbeat{});
  }
  const std::uint32_t before = transactions(folder.path);
  job.time += Seconds(2);
  job.turn();
  CHECK(transactions(folder.path) - before == 1);
  CHECK(query(folder.path / "s.db", "SELECT count(*) FROM trials WHERE attempt = 2") == Rows{"8"});
}

TEST_CASE("a training that is lost with two workers fails, and the search goes on") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 2), 4);
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
  const Rows found = query(folder.path / "s.db", R"(SELECT "index", status, error FROM results ORDER BY "index")");
  REQUIRE(found.size() == 2);
  CHECK(found[0].starts_with("1|failed|lost with 2 workers, the last one "));
  CHECK(found[1] == "2|complete|NULL");
}

TEST_CASE("a drained search keeps what is done, and running it again does the rest") {
  const TemporaryFolder folder;
  {
    Job job(folder.path, indices(1, 4), 2);
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
  Job job(folder.path, indices(1, 4), 2);
  job.join_all();
  Indices trained;
  CHECK(job.work(&trained).ending == Ending::done);
  CHECK(trained == Indices{2, 3, 4});
  CHECK(rows(folder.path) == Rows{"1|complete|0.5|1", "2|complete|0.02|1", "3|complete|0.03|1", "4|complete|0.04|1"});
}

namespace {

/// A reader of the job's database that has not ended.
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
  Job job(folder.path, indices(1, 3), 2);
  job.join_all();
  std::optional<SlowReader> reader(folder.path);
  for (int ended = 0; ended < 2; ++ended) {
    REQUIRE(!job.worker(1).in_hand.empty());
    job.time += Seconds(45);
    job.worker(1).say(wire::Heartbeat{});
    job.worker(1).finish(job.result(job.worker(1).in_hand.front().training));
    CHECK_FALSE(job.turn());
    CHECK(rows(folder.path).empty());
  }
  reader.reset();
  job.time += Seconds(2);
  CHECK_FALSE(job.turn());
  CHECK(query(folder.path / "s.db", "SELECT score FROM results WHERE status = 'complete'") == Rows{"0.01", "0.02"});
  const Conclusion end = job.work();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.complete == 3);
}

TEST_CASE("a checkpoint goes once the outcome is committed, and stays where its training may be tried again") {
  const TemporaryFolder folder;
  MasterLoop::Options options;
  options.settings.cache = folder.path / "s.cache";
  options.settings.fingerprint = "f";
  Job job(folder.path, tornado_space(R"({"epochs": 1, "batch_size": [1, 2, 3, 4]})"), 2, options);
  job.join_all();
  std::optional<SlowReader> reader(folder.path);
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
  job.turn();  // one goes a turn
  CHECK(there() == std::vector<bool>{false, false, true, true});
}

TEST_CASE("a database that stays held stops the search, which runs on later") {
  const TemporaryFolder folder;
  {
    Job job(folder.path, indices(1, 3), 2, {}, 0, Seconds(0.2));
    job.join_all();
    const SlowReader reader(folder.path);
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
  Job job(folder.path, indices(1, 3), 2);
  job.join_all();
  CHECK(job.work().counts.complete == 3);
}

TEST_CASE("every limit of a space ends its search, and is named") {
  const TemporaryFolder folder;
  SUBCASE("trials, also when run again") {
    for (int run = 0; run < 2; ++run) {
      Job job(folder.path, indices(1, 9, R"("limits": {"trials": 3},)"), 3);
      job.join_all();
      const Conclusion end = job.work();
      CHECK(end.ending == Ending::done);
      CHECK(end.limit == "limits.trials (3)");
    }
    CHECK(rows(folder.path) == Rows{"1|complete|0.01|1", "2|complete|0.02|1", "3|complete|0.03|1"});
  }
  SUBCASE("failures") {
    Job job(folder.path, indices(1, 9, R"("limits": {"failures": 2},)"), 2);
    job.join_all();
    for (int failed = 0; failed < 2; ++failed) {
      CHECK_FALSE(job.turn());
      REQUIRE(!job.worker(1).in_hand.empty());
      job.time += Seconds(1);  // so that little is held in advance
      job.worker(1).finish(failure("broken"));
    }
    const Conclusion end = job.work();
    CHECK(end.limit == "limits.failures (2)");
    CHECK(end.counts.failed == 2);
    CHECK(end.counts.terminal() < 9);
  }
  SUBCASE("failures: no more than so many, whatever is held in advance or on its way") {
    Job job(folder.path, indices(1, 99, R"("limits": {"failures": 3},)"), 2);
    job.join_all();
    std::uint64_t complete = 0;
    for (; job.worker(1).in_hand.size() <= 10; ++complete) {  // at once: then much is held in advance
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
    Job job(folder.path, indices(1, 9, R"("limits": {"hours": 0.01},)"), 2);
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
}

TEST_CASE("a job that is nearly over drains in time") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 4), 2, {.settings = {}, .remaining = Seconds(100)});
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

namespace {

/// Trials that take as long as their index says, in seconds.
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

TEST_CASE("what takes longest begins first, as far as earlier runs tell") {
  const TemporaryFolder folder;
  learn_that_the_index_costs(folder.path);
  Job job(folder.path, noop_space(R"({"index": [30, 90, 50, 70]})"), 2);
  job.join_all();
  Indices trained;
  job.work(&trained);
  CHECK(trained == Indices{90, 70, 50, 30});
}

TEST_CASE("what would not end in time does not begin, and the search counts as drained") {
  const TemporaryFolder folder;
  learn_that_the_index_costs(folder.path);
  // 100 s, of which 10 are the margin: 80 fit, 200 never could and may begin.
  Job job(folder.path, noop_space(R"({"index": [60, 80]})"), 2, {.settings = {}, .remaining = Seconds(100)});
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
  Job job(folder.path, indices(1, 4), 2);
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

TEST_CASE("the networks of the best trials are kept once their rows are committed") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 6), 2, {}, 2);
  job.join_all();
  std::optional<Conclusion> end;
  while (!end) {
    end = job.turn();
    Worker& worker = job.worker(1);
    if (!worker.in_hand.empty()) {
      const Training& training = worker.in_hand.front().training;
      const fs::path fresh =
          fresh_model(fresh_models(folder.path / "s.cache", "s"),
                      identity(training.trial(0, *job.space.experiment), *job.space.experiment, job.space.seed));
      fs::create_directories(fresh.parent_path());
      std::ofstream(fresh) << job.index(training);
      worker.finish(job.result(training));
    }
    if (std::exchange(worker.stop, {})) worker.leave();
  }
  job.models.close();
  Rows kept;
  for (const RatedTrial& best : job.models.kept())
    kept.push_back(text_of(model_file(folder.path / "s.db", best.trial)));
  CHECK(kept == Rows{"6", "5"});
}

TEST_CASE(
    "workers that are there hear that the master lives, also while it does nothing but wait for its file system") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 1), 3, {.settings = {.lost_after = 0.2}});
  job.worker(1).join();
  job.turn();
  std::this_thread::sleep_for(Seconds(1));  // 20 beats, of a master that takes no turn
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
  Job job(folder.path, indices(1, 3), 3);
  for (int second = 0; second < 60; ++second) {
    job.pass(1);
    job.worker(1).say(wire::Heartbeat{});
  }
  job.worker(1).join();  // 60 s late; nothing was heard of the other
  CHECK(job.work().counts.complete == 3);
}

TEST_CASE("a trial that goes on has a row, with its attempt") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 1), 2);
  job.join_all();
  for (int second = 0; second < 6; ++second) {
    job.time += Seconds(1);
    job.worker(1).say(wire::Heartbeat{});
    job.turn();
  }
  CHECK(query(folder.path / "s.db", "SELECT status, attempt, host FROM trials") == Rows{"running|1|host1"});
  job.work();
  CHECK(query(folder.path / "s.db", "SELECT status, attempt, host FROM trials") == Rows{"complete|1|host1"});
}

TEST_CASE("a gang trains together; its leader reports, and the row names its ranks") {
  const TemporaryFolder folder;
  Job job(folder.path, noop_space(R"({"index": [1], "gpus": [2]})"), 3);
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
  CHECK(query(folder.path / "s.db", "SELECT status, gang, ranks FROM trials") == Rows{"complete|2|1,2"});
}

TEST_CASE("where a member of a gang fails, its mates are told to abandon it") {
  const TemporaryFolder folder;
  Job job(folder.path, noop_space(R"({"index": [1], "gpus": [2]})"), 3);
  job.join_all();
  Worker &leader = job.worker(1), &mate = job.worker(2);
  const std::uint64_t gang = leader.in_hand.front().gang;
  mate.finish(failure("the disk is full"));
  job.turn();
  CHECK(leader.abandoned == std::vector<std::uint64_t>{gang});
  leader.say(wire::Left{gang});
  leader.in_hand.clear();
  CHECK(job.work().counts.failed == 1);
  CHECK(query(folder.path / "s.db", "SELECT status, error FROM trials") == Rows{"failed|the disk is full"});
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
  Job job(folder.path, indices(1, 2), 3, staged());
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
  job.worker(1).say(wire::Staged{.attempt = 1, .done = false, .error = {}, .notes = {}});  // its mate is silent
  job.turn();
  job.turn();
  CHECK(job.worker(1).stages.back() == wire::Stage{2, {1}});
  CHECK(job.worker(1).in_hand.empty());
  job.worker(1).say(wire::Staged{.attempt = 2, .done = true, .error = {}, .notes = {}});
  job.turn();
  CHECK(job.worker(1).stages.back() == wire::Stage{0, {}});
  CHECK(!job.worker(1).in_hand.empty());
}

TEST_CASE("what workers are at comes with their heartbeats, and stands in the bar") {
  const TemporaryFolder folder;
  MasterLoop::Options options = staged();
  options.columns = 200;
  Job job(folder.path, indices(1, 2), 3, options);
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
  Job job(folder.path, indices(1, 2), 2, staged());
  job.join_all();
  job.worker(1).say(wire::Staged{.attempt = 1, .done = false, .error = "/disk: full; free some space", .notes = {}});
  CHECK_THROWS_WITH_AS(job.turn(), "/disk: full; free some space", InputError);
}

TEST_CASE("nothing is staged for a search that is done") {
  const TemporaryFolder folder;
  {
    Job job(folder.path, indices(1, 2), 2);
    job.join_all();
    job.work();
  }
  Job job(folder.path, indices(1, 2), 2, staged());
  job.join_all();
  CHECK(job.worker(1).welcome->settings.stage.empty());
  CHECK(job.worker(1).stages.empty());
  CHECK(job.work().ending == Ending::done);
}

namespace {

MasterLoop::Options synchronous() {
  MasterLoop::Options options;
  options.settings.synchronous = true;
  return options;
}

/// Works through its share by itself, as far as `most` trainings.
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
  Job job(folder.path, indices(1, 5), 3, synchronous());
  job.join_all();
  const Indices first = work_through_share(job, job.worker(1));
  job.turn();
  CHECK_FALSE(job.worker(1).stop);  // one that is through waits for the others
  const Indices second = work_through_share(job, job.worker(2));
  CHECK(first.size() + second.size() == 5);
  job.turn();
  CHECK(job.worker(1).stop);
  const Conclusion end = job.leave_all();
  CHECK(end.ending == Ending::done);
  CHECK(end.counts.complete == 5);
  CHECK(query(folder.path / "s.db", R"(SELECT "index" FROM results WHERE worker = 1 ORDER BY finished, "index")") ==
        [&] {
          Rows expected;
          for (const std::int64_t index : first) expected.push_back(std::to_string(index));
          return expected;
        }());
}

TEST_CASE("the synchronous schedule ends with a lost rank, and goes on over what is missing") {
  const TemporaryFolder folder;
  {
    Job job(folder.path, indices(1, 6), 3, synchronous());
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
  Job job(folder.path, indices(1, 6), 3, synchronous());
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
  CHECK(query(folder.path / "s.db", R"(SELECT "index" FROM results WHERE attempt = 2)") == Rows{"2"});
}

TEST_CASE("limits.hours ends the synchronous schedule as it ends the other: done") {
  const TemporaryFolder folder;
  Job job(folder.path, indices(1, 9, R"("limits": {"hours": 0.01},)"), 2, synchronous());
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
    Job job(folder.path, indices(1, 9, fmt::format(R"("limits": {{"trials": {}}},)", limit)), 3, synchronous());
    job.join_all();
    CHECK(job.worker(1).welcome->limit == TrainingLimit{static_cast<std::uint64_t>(limit), 1});
    for (const Worker& worker : job.workers) work_through_share(job, worker);
    job.turn();
    CHECK(job.leave_all().counts.complete == static_cast<std::uint64_t>(limit));
  }
}
