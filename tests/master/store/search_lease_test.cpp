#include "master/store/search_lease.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/time.hpp"
#include "search/base/utc.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A file whose search `s` was last written by `host`, `pid` and `job`, `age` seconds ago.
struct Written {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "s.db";
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
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2]})");
  Store store(file, space, "f", {.json = folder / "s.jsonl", .retry_failed = false});
  execute(file, "UPDATE searches SET writer_host = 'elsewhere'");
  store.finish(training(space, 0), 0, worker(), outcome(0.5));
  CHECK_THROWS_WITH_AS(store.commit(), doctest::Contains("another process has taken over search 's'"), InputError);
  CHECK(query(file, "SELECT count(*) FROM trials") == std::vector<std::string>{"0"});
  CHECK(text_of(folder / "s.jsonl").empty());
}

TEST_CASE("a writer that was taken over from leaves its successor's JSON lines alone") {
  TemporaryFolder folder;
  const auto file = folder / "s.db", json = folder / "s.jsonl";
  const Space space = noop_space(R"({"index": [1, 2]})");
  Store store(file, space, "f", {.json = folder / "s.jsonl"});
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
    const auto file = folder / "s.db";
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
  const auto file = folder / "s.db";
  const Space a = noop_space(R"({"index": [1, 2]})", "a"), b = noop_space(R"({"index": [1, 2]})", "b");
  Store first(file, a, "f", {}), second(file, b, "g", {});
  first.finish(training(a, 0), 0, worker(), outcome(0.5));
  second.finish(training(b, 0), 0, worker(), outcome(0.25));
  second.commit();
  first.commit();
  CHECK(query(file, "SELECT search, trial, score FROM results ORDER BY trial") ==
        std::vector<std::string>{"b|1|0.25", "a|2|0.5"});
}
