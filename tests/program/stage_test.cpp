#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <csignal>
#include <iterator>
#include <memory>
#include <thread>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

using Rows = std::vector<std::string>;

void prepare(const WorkFolder& folder) {
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "600", "-o", "."}, folder).status == 0);
  folder.write("t.json", R"({"name": "t", "experiment": "tornado",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": 2, "batch_size": [32, 64], "gpus": [1, 2], "augmentation": ["none", "preaugmented"]}})");
}

Words words(const std::string& database, const Words& more) {
  Words all{stormsweep_program(), "run", "t.json",   "--results", database,       "--workers", "2",
            "--threads",          "1",   "--device", "cpu",       "--lost-after", "1"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Rows metrics(const fs::path& database) {
  return query(database, "SELECT configuration, status, metrics FROM trials ORDER BY 1");
}

bool said(const Ended& ended, const std::string& text) {
  return ended.err.find(text) != std::string::npos;
}

/// The one folder of copies in `disk`.
fs::path copies_in(const fs::path& disk) {
  REQUIRE(std::distance(fs::directory_iterator(disk), {}) == 1);
  return fs::directory_iterator(disk)->path();
}

/// Holds up staging into a folder, like another job that stages into it.
class HeldUp {
 public:
  explicit HeldUp(const fs::path& copies)
      : lock_(open((copies / ".lock").c_str(), O_WRONLY | O_CLOEXEC)), watch_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    REQUIRE(flock(lock_, LOCK_EX | LOCK_NB) == 0);
    inotify_add_watch(watch_, (copies / ".lock").c_str(), IN_OPEN);
  }
  ~HeldUp() {
    close(lock_);
    close(watch_);
  }
  /// Whether somebody has come to wait for the folder: by then all workers have met.
  bool waited_for() const {
    return eventually([this] {
      inotify_event event{};
      return read(watch_, &event, sizeof event) > 0;
    });
  }

 private:
  int lock_, watch_;
};

/// The files that a process has mapped; empty if it has just ended, as `stormsweep-worker check` soon does.
std::string maps(pid_t pid) {
  return text_of("/proc/" + std::to_string(pid) + "/maps");
}

}  // namespace

TEST_CASE("a staged search trains on the copies, and its results are the same, under both schedules") {
  const WorkFolder folder;
  prepare(folder);
  REQUIRE(run(words("plain.db", {}), folder).status == 0);
  const Ended first = run(words("staged.db", {"--stage", "disk"}), folder);
  CAPTURE(first.err);
  CHECK(first.status == 0);
  CHECK(said(first, "staged: 3 files to 1 machine in "));
  CHECK(said(first, "; 3 opened, once each, "));
  CHECK(metrics(folder / "staged.db") == metrics(folder / "plain.db"));

  const Ended second = run(words("again.db", {"--stage", "disk", "--schedule", "synchronous"}), folder);
  CHECK(second.status == 0);
  CHECK(said(second, "; 0 opened, once each, "));
  CHECK(metrics(folder / "again.db") == metrics(folder / "plain.db"));
  const Ended nothing_left = run(words("again.db", {"--stage", "disk"}), folder);
  CHECK(nothing_left.status == 0);
  CHECK(!said(nothing_left, "staged: "));

  folder.write("long.json", R"({"name": "l", "experiment": "tornado", "parameters": {"epochs": 10000},
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"}})");
  Command running({stormsweep_program(), "run", "long.json", "--workers", "1", "--device", "cpu", "--stage", "disk"},
                  folder);
  const std::string copy = (copies_in(folder / "disk") / "train.h5").string();
  CHECK(eventually([&] {
    const auto workers = descendants(running.pid(), "stormsweep-worker");
    return workers.size() == 1 && maps(workers[0]).find(copy) != std::string::npos;
  }));
  running.signal(SIGTERM);
  CHECK(running.wait().status == 85);
}

TEST_CASE("data is staged for a random search that has reused only trials that it does not draw") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "300", "-o", "."}, folder).status == 0);
  const auto search = [&](const std::string& name, const std::string& tail, const Words& more) {
    folder.write(name + ".json", R"({"name": ")" + name + R"(", "experiment": "tornado",
      "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
      "parameters": {"epochs": 1, "batch_size": )" +
                                     tail + "}");
    Words words{"run", name + ".json", "--workers", "1", "--device", "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    return run_stormsweep(words, folder);
  };
  REQUIRE(search("grid", "[64, 65, 66]}", {}).status == 0);
  const Ended random =
      search("random", R"({"min": 64, "max": 127, "step": 1}}, "method": {"name": "random", "trials": 2})",
             {"--stage", "disk", "--reuse", "grid.db"});
  CAPTURE(random.err);
  CHECK(random.status == 0);
  CHECK(said(random, "staged: 3 files to 1 machine in "));
  CHECK(said(random, " 2/2 done"));
}

TEST_CASE("a worker that dies while the data is staged is done without; a stop is heeded then, too") {
  const WorkFolder folder;
  prepare(folder);
  REQUIRE(run(words("plain.db", {"--stage", "disk"}), folder).status == 0);
  {
    auto held_up = std::make_unique<HeldUp>(copies_in(folder / "disk"));
    Command command(words("killed.db", {"--stage", "disk"}), folder);
    REQUIRE(held_up->waited_for());
    const auto workers = descendants(command.pid(), "stormsweep-worker");
    REQUIRE(workers.size() == 2);
    kill(workers[1], SIGKILL);
    std::this_thread::sleep_for(std::chrono::seconds(3));
    CHECK(number(folder / "killed.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 0);
    held_up.reset();
    const Ended ended = command.wait();
    CAPTURE(ended.err);
    CHECK(said(ended, " is lost\n"));
    CHECK(said(ended, "staged: 3 files to 1 machine in "));
    CHECK(said(ended, "the remaining trainings need more workers than are left"));  // gangs of two
    CHECK(ended.status == 85);
    CHECK(number(folder / "killed.db", "SELECT count(*) FROM results WHERE gpus = 1 AND status = 'complete'") == 4);
  }
  const HeldUp held_up(copies_in(folder / "disk"));
  Command command(words("stopped.db", {"--stage", "disk"}), folder);
  REQUIRE(held_up.waited_for());
  command.signal(SIGTERM);
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 85);
}

TEST_CASE("a folder that cannot be staged into, and an experiment without data, are refused in one line") {
  const WorkFolder folder;
  prepare(folder);
  folder.write("file", "");
  const Ended ended = run(words("t.db", {"--stage", "file/disk"}), folder);
  CHECK(ended.status == 2);
  CHECK(said(ended, "file/disk"));
  CHECK(said(ended, ": cannot be written (Not a directory); free some space there, or stage into another folder\n"));
  folder.write("n.json", R"({"name": "n", "experiment": "noop", "parameters": {"index": [1, 2]}})");
  const Ended noop = run_stormsweep({"run", "n.json", "--stage", "disk"}, folder);
  CHECK(noop.status == 2);
  CHECK(noop.err == "stormsweep run: --stage: noop reads no data; leave it out\n");
}
