#include "master/store/search_lease.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <thread>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/time.hpp"
#include "search/base/utc.hpp"
#include "search/methods/methods.hpp"
#include "search/methods/sequence.hpp"
#include "tests/master/store/own_space.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A file whose search `s` was last written by `host`, `pid` and `job`, `age` seconds ago.
struct Written {
  TemporaryFolder folder;
  std::filesystem::path file = folder.path / "s.db";
  Space space = noop_space(R"({"index": [1, 2]})");

  Written(const std::string& host, std::int64_t pid, const std::string& job, double age) {
    { Store store(file, space, "f", {}); }
    SQLite::Database database(file, SQLite::OPEN_READWRITE);
    SQLite::Statement update(database, "UPDATE searches SET writer_host=?, writer_pid=?, writer_job=?, writer_seen=?");
    update.bind(1, host);
    update.bind(2, pid);
    update.bind(3, job);
    update.bind(4, unix_time() - age);
    update.exec();
  }
  void open(Seconds patience = {}) {
    Store store(file, space, "f",
                {.patience = patience, .silence = Seconds(0.3), .waiting = [this](const std::string& text) {
                   told.push_back(text);
                 }});
  }
  std::vector<std::string> told;
};

/// Trains what is missing, and returns how many trials that was.
std::size_t train(const std::filesystem::path& file, const Space& space) {
  Store store(file, space, "f", {});
  const auto method = make_method(space);
  std::size_t trained = 0;
  while (auto next = method->next())
    if (const auto missing = store.missing(*next))
      for (std::size_t k = 0; k < missing->trials(); ++k, ++trained) store.finish(*missing, k, worker(), outcome(0.5));
  store.commit();
  return trained;
}

}  // namespace

TEST_CASE("a live writer on this host is told with its process, host and last sign of life") {
  Written written(this_process().host, getppid(), "", 5);
  CHECK_THROWS_WITH_AS(
      written.open(),
      doctest::Contains(fmt::format("search 's' is being written by process {} on {}, which last did so ", getppid(),
                                    this_process().host)
                            .c_str()),
      InputError);
}

TEST_CASE("a writer that is about to end is waited for, and no longer than that") {
  int end[2];
  REQUIRE(pipe(end) == 0);
  const pid_t writer = fork();
  if (writer == 0) {
    close(end[1]);
    char byte;
    _exit(read(end[0], &byte, 1) < 0 ? 1 : 0);
  }
  Written written(this_process().host, writer, "", 5);
  CHECK_THROWS_AS(written.open(Seconds(0.1)), InputError);
  std::jthread ending([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    close(end[1]);
    waitpid(writer, nullptr, 0);
  });
  const Seconds asked = steady_time();
  CHECK_NOTHROW(written.open(Seconds(60)));
  CHECK(steady_time() - asked < Seconds(20));
}

TEST_CASE("a dead process of this host is taken over from at once") {
  Written written(this_process().host, 999999999, "", 0);
  CHECK_NOTHROW(written.open());
}

TEST_CASE("a process id without a recent sign of life may be another process's") {
  Written written(this_process().host, getppid(), "", 61);
  CHECK_NOTHROW(written.open());
}

TEST_CASE("a process of our program that ran when it wrote is alive, however long ago that was") {
  int end[2];
  REQUIRE(pipe(end) == 0);
  const pid_t child = fork();
  if (child == 0) {
    close(end[1]);
    char byte;
    _exit(read(end[0], &byte, 1) < 0 ? 1 : 0);
  }
  ProcessIdentity self = this_process();
  const double now = self.seen;
  self.seen += 3600;
  const auto alive = [&](pid_t pid, double seen) { return may_be_alive({self.host, pid, "", seen}, self); };
  CHECK(alive(child, now + 2));
  CHECK_FALSE(alive(child, now - 60));  // another process had its id then
  CHECK_FALSE(alive(1, now + 2));       // a process of another program has that id
  close(end[1]);
  waitpid(child, nullptr, 0);
  CHECK_FALSE(alive(child, now + 2));
}

TEST_CASE("a writer on another host lives while its sign of life changes, whatever the time is there") {
  const std::pair<double, std::string> ages[] = {
      {1, "1 s"}, {3000, "50 min 0 s"}, {-3600, "0 s"}, {100'000, "1 days 3 h"}};
  for (const auto& [age, shown] : ages) {
    CAPTURE(age);
    Written silent("elsewhere", 1, "", age), alive("elsewhere", 1, "", age);
    const Seconds asked = steady_time();
    CHECK_NOTHROW(silent.open());
    CHECK(steady_time() - asked >= Seconds(0.3));
    REQUIRE(silent.told.size() == 1);
    CHECK(silent.told[0] == fmt::format("{}: search 's' was last written on elsewhere, {} ago; waiting up to 0.3 s to "
                                        "see whether that run still lives",
                                        silent.file.string(), shown));
    const Signs signs(alive.file);
    CHECK_THROWS_WITH_AS(alive.open(), doctest::Contains("process 1 on elsewhere"), InputError);
  }
}

TEST_CASE("a writer is watched for as long as the patience with it, on our own clock") {
  const ProcessIdentity self{"here", 1, "", 1000};
  ProcessIdentity writer{"there", 2, "", 5000};  // by a clock of its own
  WriterWatch watch(Seconds(60));
  const auto alive = [&](double now) { return watch.may_be_alive(writer, self, Seconds(now)); };
  CHECK(alive(10));
  CHECK(watch.undecided());
  CHECK(alive(69));
  SUBCASE("silent") {
    CHECK_FALSE(alive(70));
    CHECK_FALSE(watch.undecided());
  }
  SUBCASE("a sign") {
    ++writer.seen;
    CHECK(alive(69.5));
    CHECK_FALSE(watch.undecided());
    CHECK(alive(129));
    CHECK_FALSE(alive(129.5));  // it died later
  }
  SUBCASE("gone") {
    CHECK_FALSE(watch.may_be_alive(std::nullopt, self, Seconds(69.5)));
    CHECK_FALSE(watch.undecided());
  }
}

TEST_CASE("a writer that seems to have been silent for hours is watched for two signs of life") {
  const ProcessIdentity self{"here", 1, "", 5000};
  ProcessIdentity writer{"there", 2, "", 1000};
  WriterWatch watch(Seconds(60));
  const auto alive = [&](double now) { return watch.may_be_alive(writer, self, Seconds(now)); };
  CHECK(alive(10));
  CHECK(watch.doubt("s", self) ==
        "search 's' was last written on there, 1 h 6 min ago; waiting up to 25 s to see whether that run still lives");
  CHECK(alive(34.9));
  SUBCASE("silent") {
    CHECK_FALSE(alive(35));
  }
  SUBCASE("a sign") {  // our clock is an hour ahead of the writer's
    writer.seen += 10;
    CHECK(alive(35));
    CHECK_FALSE(watch.undecided());
  }
}

TEST_CASE("a process id of another namespace means nothing here") {
  int told[2];
  REQUIRE(pipe(told) == 0);
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWPID) != 0) _exit(77);
    const pid_t inner = fork();
    if (inner == 0) {
      const std::string host = this_process().host;
      _exit(write(told[1], host.data(), host.size()) < 0);
    }
    waitpid(inner, nullptr, 0);
    _exit(0);
  }
  close(told[1]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("skipped: a namespace cannot be made here");
    return;
  }
  std::string host(500, '\0');
  host.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(told[0], host.data(), host.size()))));
  close(told[0]);
  CHECK(host.starts_with(host_name() + " (pid:["));
  CHECK(host != this_process().host);
  CHECK(may_be_alive({host, 999999999, "", this_process().seen}, this_process()));  // as on another host
}

TEST_CASE("a requeued Slurm job takes over at once from itself, but not from others") {
  setenv("SLURM_JOB_ID", "77", 1);
  setenv("SLURM_RESTART_COUNT", "1", 1);
  Written before("elsewhere", 1, "77", 1), other("elsewhere", 1, "78", 1);
  CHECK_NOTHROW(before.open());
  CHECK(before.told.empty());
  const Signs of_other(other.file);
  CHECK_THROWS_AS(other.open(), InputError);
  // Two searches of one job, on two of its nodes.
  Written beside("elsewhere", 1, "77.1", 1);
  const Signs of_beside(beside.file);
  CHECK_THROWS_AS(beside.open(), InputError);
  unsetenv("SLURM_RESTART_COUNT");
  unsetenv("SLURM_JOB_ID");
}

TEST_CASE("a writer that was taken over from cannot write any more") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const Space space = noop_space(R"({"index": [1, 2]})");
  Store store(file, space, "f", {.json = folder.path / "s.jsonl", .retry_failed = false});
  execute(file, "UPDATE searches SET writer_host = 'elsewhere'");
  store.finish(training(space, 0), 0, worker(), outcome(0.5));
  CHECK_THROWS_WITH_AS(store.commit(), doctest::Contains("another process has taken over search 's'"), InputError);
  CHECK(query(file, "SELECT count(*) FROM trials") == std::vector<std::string>{"0"});
  CHECK(text_of(folder.path / "s.jsonl").empty());
}

TEST_CASE("a writer that was taken over from leaves its successor's JSON lines alone") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db", json = folder.path / "s.jsonl";
  const Space space = noop_space(R"({"index": [1, 2]})");
  Store store(file, space, "f", {.json = folder.path / "s.jsonl"});
  execute(file, "UPDATE searches SET writer_host = 'elsewhere'");
  const std::string theirs = "what the successor has written\n";
  std::ofstream(json) << theirs;
  store.finish(training(space, 0), 0, worker(), outcome(0.5));
  CHECK_THROWS_AS(store.commit(), InputError);
  CHECK(text_of(json) == theirs);
}

TEST_CASE("of two processes that open a search at once, one gets it") {
  for (int round = 0; round < 5; ++round) {
    TemporaryFolder folder;
    const auto file = folder.path / "s.db";
    const Space space = noop_space(R"({"index": [1, 2]})");
    int go[2], done[2];
    REQUIRE(pipe(go) == 0);
    REQUIRE(pipe(done) == 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 2; ++i) {
      children.push_back(fork());
      if (children.back() != 0) continue;
      char c;
      close(go[1]);
      close(done[1]);
      (void)!read(go[0], &c, 1);  // ends when the parent closes its end
      try {
        Store store(file, space, "f", {});
        (void)!read(done[0], &c, 1);
        _exit(0);
      } catch (const InputError&) {
        _exit(2);
      }
    }
    close(go[1]);
    int refused = 0;
    // The process that is refused ends first: the other holds its lease until we release it.
    for (int i = 0; i < 2; ++i) {
      int status = 0;
      if (i == 1) close(done[1]);
      wait(&status);
      refused += WEXITSTATUS(status) == 2;
      if (i == 0) CHECK(WEXITSTATUS(status) == 2);
    }
    close(go[0]);
    close(done[0]);
    CHECK(refused == 1);
  }
}

TEST_CASE("two searches are written to one file at once") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const Space a = noop_space(R"({"index": [1, 2]})", "a"), b = noop_space(R"({"index": [1, 2]})", "b");
  Store first(file, a, "f", {}), second(file, b, "g", {});
  first.finish(training(a, 0), 0, worker(), outcome(0.5));
  second.finish(training(b, 0), 0, worker(), outcome(0.25));
  second.commit();
  first.commit();
  CHECK(query(file, "SELECT search, trial, score FROM results ORDER BY trial") ==
        std::vector<std::string>{"b|1|0.25", "a|2|0.5"});
}

TEST_CASE("spaces are distinguished by what they zip and by their conditions") {
  const auto numbering = [](const std::string& parameters, const std::string& more) {
    TemporaryFolder folder;
    const auto file = folder.path / "s.db";
    const Space space =
        parse_space(R"({"name": "s", "experiment": "noop", "parameters": )" + parameters + more + "}", "s.json", "/");
    { Store store(file, space, "f", {}); }
    return query(file, "SELECT numbering FROM searches")[0];
  };
  const auto when = [&](const std::string& condition) {
    return numbering(
        R"({"outcome": ["complete", "nan"], "replicate": [0, 1], "index": {"values": [4, 5])" + condition + "}}", "");
  };
  const std::string two = R"({"index": [4, 5], "replicate": [0, 1]})",
                    swapped = R"({"index": [4, 5], "replicate": [1, 0]})";
  const std::string zip = R"(, "zip": [["index", "replicate"]])";
  const std::set<std::string> all{
      numbering(two, ""),
      numbering(two, zip),
      numbering(swapped, zip),
      numbering(R"({"outcome": ["complete", "nan"], "replicate": [0, 1], "index": [4, 5]})", ""),
      when(R"(, "when": {"outcome": "nan"})"),
      when(R"(, "when": {"outcome": "complete"})"),
      when(R"(, "when": {"outcome": ["complete", "nan"]})"),
      when(R"(, "when": {"replicate": 1})"),
      when(R"(, "when": {"replicate": 1, "outcome": "nan"})")};
  CHECK(all.size() == 9);
  // A number that existing databases have: if it changed, they would be checked row by row.
  CHECK(numbering(two, zip) == "-4436092172625839048");
}

TEST_CASE("an own experiment that would share its trainings otherwise is refused, and nothing is trained twice") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const std::string cosine = R"(, "of_length": ["cosine"])", step = R"(, "of_length": ["step"])";
  const std::string grid = R"("parameters": {"epochs": [5, 10], "schedule": ["constant", "cosine"]})";
  CHECK(train(file, own_space("", grid)) == 4);
  CHECK_THROWS_WITH_AS(train(file, own_space(cosine, grid)),
                       doctest::Contains("search 's' there has trainings by milestone epochs, of_length [] rather than "
                                         "milestone epochs, of_length [cosine of schedule]; give this search another "
                                         "name"),
                       InputError);
  CHECK(train(file, own_space(step, grid)) == 0);  // the edit does not affect what is trained
  const std::string more = R"("parameters": {"epochs": [5, 10], "schedule": ["constant", "cosine", "step"]})";
  CHECK(train(file, own_space(step, more)) == 2);
  CHECK(query(file, "SELECT count(*), count(DISTINCT identity) FROM trials") == std::vector<std::string>{"6|6"});
}

TEST_CASE("another default of a conditional range in an own experiment is trained") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const std::string random = R"("method": {"name": "random", "trials": 8}, "parameters": {
    "schedule": ["constant", "cosine"], "momentum": {"min": 0.1, "max": 0.5, "when": {"schedule": "cosine"}}})";
  const Space before = own_space("", random), after = own_space("", random, "0.8");
  const std::size_t all = train(file, before);
  CHECK(train(file, before) == 0);
  CHECK(train(file, after) == 1);
  CHECK(train(file, after) == 0);
  CHECK(query(file, "SELECT count(*), count(DISTINCT identity) FROM trials") ==
        std::vector<std::string>{fmt::format("{0}|{0}", all + 1)});
}

TEST_CASE("an own experiment with other files is not taken for other data alone") {
  TemporaryFolder folder;
  const Space space = own_space("", R"("parameters": {"epochs": [5, 10]})");
  { Store store(folder.path / "s.db", space, "f", {}); }
  CHECK_THROWS_WITH_AS(
      Store(folder.path / "s.db", space, "g", {}),
      doctest::Contains("search 's' there has been trained by other files or lines of its experiment, or "
                        "on other data; give this search another name"),
      InputError);
}

TEST_CASE("--retry-failed leaves trials of an earlier space, which nobody would train, as they are") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const Space both = noop_space(R"({"index": [1, 2]})"), one = noop_space(R"({"index": [1]})");
  {
    Store store(file, both, "f", {});
    store.finish(training(both, 0), 0, worker(), failure("no room", Status::failed));
    store.finish(training(both, 1), 0, worker(), failure("a loss of 1e9", Status::diverged));
  }
  { Store store(file, one, "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT \"index\", status, error FROM results ORDER BY 1") ==
        std::vector<std::string>{"1|waiting|NULL", "2|diverged|a loss of 1e9"});
}

TEST_CASE("--retry-failed leaves trials beyond those that the method still asks for as they are") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const auto space = [](int trials) {
    return noop_space(R"({"index": {"min": 1, "max": 50, "step": 1}})", "s",
                      fmt::format(R"("method": {{"name": "random", "trials": {}}},)", trials));
  };
  const Space six = space(6);
  {
    Store store(file, six, "f", {});
    const auto drawn = make_sequence(six);
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(drawn->at({i}).value(), 0, worker(), failure("no room"));
  }
  { Store store(file, space(2), "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT training, status, error FROM results ORDER BY 1") ==
        std::vector<std::string>{"0|waiting|NULL", "1|waiting|NULL", "2|failed|no room", "3|failed|no room",
                                 "4|failed|no room", "5|failed|no room"});
}

TEST_CASE(
    "--retry-failed leaves trials beyond limits.trials, or beyond limits.target of an edited space, as they are") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const auto space = [](const char* values, const std::string& limits = "") {
    return noop_space(fmt::format(R"({{"index": [{}]}})", values), "s", limits);
  };
  const Space before = space("1, 2, 3, 4");
  {
    Store store(file, before, "f", {});
    for (const std::uint64_t i : {0, 1, 3}) store.finish(training(before, i), 0, worker(), failure("no room"));
    store.finish(training(before, 2), 0, worker(), outcome(0.4));
  }
  std::optional<Space> now;
  std::string waiting;
  SUBCASE("all may be there") {
    now = space("1, 2, 3, 4", R"("limits": {"trials": 4},)"), waiting = "1,2,4";
  }
  SUBCASE("more are there") {
    now = space("1, 2, 3, 4", R"("limits": {"trials": 3},)"), waiting = "";
  }
  SUBCASE("a new one is between them") {
    now = space("1, 5, 2, 3, 4", R"("limits": {"trials": 4},)"), waiting = "1";
  }
  SUBCASE("a new one has room") {
    now = space("1, 5, 2, 6, 4", R"("limits": {"trials": 4},)"), waiting = "1,2";
  }
  SUBCASE("the target is reached earlier in the edited space") {
    now = space("2, 3, 1, 4", R"("limits": {"target": 0.5}, "metric": {"name": "score", "goal": "minimize"},)");
    waiting = "2";
  }
  { Store store(file, *now, "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT ifnull(group_concat(\"index\"), '') FROM results WHERE status = 'waiting'") ==
        std::vector<std::string>{waiting});
  CHECK(query(file, "SELECT count(*) FROM trials WHERE status = 'failed' AND error <> 'no room'") ==
        std::vector<std::string>{"0"});
}

TEST_CASE("--retry-failed leaves trials beyond the first to reach limits.target, which would not begin, as they are") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const Space space = noop_space(R"({"index": [1, 2, 3, 4]})", "s", R"("limits": {"target": 0.5},)");
  {
    Store store(file, space, "f", {});
    for (const std::uint64_t i : {0, 3}) store.finish(training(space, i), 0, worker(), failure("no room"));
    store.finish(training(space, 1), 0, worker(), outcome(0.4));
    store.finish(training(space, 2), 0, worker(), outcome(0.5));
  }
  std::vector<std::string> after{"1|waiting|NULL", "2|complete|NULL", "3|complete|NULL", "4|failed|no room"};
  double target = 0.5;
  SUBCASE("reached exactly") {}
  SUBCASE("not reached, as it has been raised") {
    target = 0.6, after.back() = "4|waiting|NULL";
  }
  Space now = space;
  now.limits.target = target;
  { Store store(file, now, "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT \"index\", status, nullif(error, '') FROM results ORDER BY 1") == after);
}
