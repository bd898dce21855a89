// Real processes.
#include "experiments/command/command_run.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>
#include <utility>

#include "experiments/command/command_process.hpp"
#include "search/base/file.hpp"
#include "search/base/process.hpp"
#include "tests/experiments/command/run_world.hpp"
#include "tests/refusal.hpp"
#include "tests/text_of.hpp"
#include "tests/variable.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

bool links_fail = false;
bool read_fails = false;  // the next time

}  // namespace

/// Takes the place of the C library's: reports cannot always be read.
extern "C" ssize_t read(int descriptor, void* to, std::size_t bytes) {
  std::error_code none;
  const auto file = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), none).filename();
  if (file == "report.jsonl" && std::exchange(read_fails, false)) return errno = EIO, -1;
  return syscall(SYS_read, descriptor, to, bytes);
}

/// Takes the place of the C library's: there are file systems without links.
extern "C" int symlink(const char* target, const char* path) noexcept {
  if (!links_fail) return symlinkat(target, AT_FDCWD, path);
  errno = EPERM;
  return -1;
}

namespace {

/// Processes that have this word on their command line.
int count(const std::string& word) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string words = text_of(entry.path() / "cmdline");
    found += words.starts_with("sleep") && words.find(word) != words.npos;
  }
  return found;
}

/// A time to sleep that no other process uses.
std::string long_sleep() {
  static int number = 0;
  return std::to_string(900000 + ++number) + "." + std::to_string(getpid());
}

bool gone(const std::string& word) {
  for (int i = 0; i < 100 && count(word) > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return count(word) == 0;
}

}  // namespace

TEST_CASE("a command trains: its surroundings, rows as its reports pass milestones, nothing left behind") {
  const RunWorld world{.folder = {}, .one_training_a_curve = false};
  const std::string script =
      R"(test "$1" = "one two" && test -d "$STORMSWEEP_CHECKPOINT" && test -z "$OMPI_COMM_WORLD_RANK" || exit 9; )"
      R"(grep -q '"epochs": 3' "$STORMSWEEP_CONFIG" || exit 8; )"
      R"(test "$OMP_NUM_THREADS $STORMSWEEP_RANK $STORMSWEEP_WORLD" = "1 0 1" && test -z "$MASTER_PORT" || exit 7; )"
      R"(for i in 1 2 3; do echo "{\"epoch\": $i, \"loss\": 0.$i}" >> "$STORMSWEEP_REPORT"; done)";
  const Ran ran = world.run(experiment(script), {1, 3});
  REQUIRE(ran.left);
  CHECK(ran.left->error == "");
  CHECK(ran.left->status == Status::complete);
  REQUIRE(ran.rows.size() == 2);
  CHECK(ran.rows[0].metrics.at(0).second == 0.1);
  CHECK(ran.rows[1].metrics.at(0).second == 0.3);
  CHECK(ran.rows[1].timings.wall > 0);
  CHECK(ran.rows[1].started > 1e9);
  CHECK(ran.epochs.size() == 3);
  CHECK(world.work().empty());
  CHECK(std::filesystem::is_empty(world.folder / "cache/checkpoints"));
}

TEST_CASE("a command finds the job that it is in, and nothing that makes it a rank of that") {
  const std::vector<std::string> ranks{"STORMSWEEP_DATA_REPORT", "OMPI_COMM_WORLD_RANK", "PMIX_RANK",
                                       "SLURM_NTASKS",           "SLURM_NPROCS",         "SLURM_PROCID",
                                       "SLURM_NTASKS_PER_NODE",  "SLURM_TASKS_PER_NODE", "SLURM_LOCALID",
                                       "SLURM_NODEID",           "SLURM_STEP_ID",        "SLURM_STEPID",
                                       "SLURM_STEP_NUM_TASKS"};
  const std::vector<std::string> kept{"SLURM_JOB_ID", "SLURM_JOB_NODELIST", "SLURM_CPUS_PER_TASK"};
  for (const auto* names : {&ranks, &kept})
    for (const std::string& name : *names) setenv(name.c_str(), "3", 1);
  const auto environment = environment_without_launchers();
  for (const std::string& name : ranks) {
    CAPTURE(name);
    CHECK(!environment.contains(name));
    unsetenv(name.c_str());
  }
  for (const std::string& name : kept) {
    CAPTURE(name);
    CHECK(environment.contains(name));
    unsetenv(name.c_str());
  }
}

TEST_CASE("what goes wrong with a command is the row's reason, with its last words, and its folder stays") {
  const RunWorld world;
  const auto reason = [&](const std::string& script, Status status, const std::string& why,
                          const std::string& more = "") {
    CAPTURE(script);
    const Ran ran = world.run(experiment(script, more));
    REQUIRE(ran.left);
    CHECK(ran.left->status == status);
    CAPTURE(ran.left->error);
    CHECK(ran.left->error.find(why) != std::string::npos);
    CHECK(ran.rows.empty());
    CHECK(world.work().size() == 1);
  };
  reason("echo begin >&2; echo no such cloud >&2; exit 3", Status::failed,
         "sh: it ended with exit status 3; it said last: no such cloud; see ");
  reason("echo no such rain; exit 3", Status::failed, "; it said last: no such rain; see ");
  reason("echo a cloud; echo no such cloud >&2; exit 3", Status::failed, "; it said last: no such cloud; see ");
  reason("true", Status::failed, "names; see ");
  reason(R"(echo '{"loss": 1}' > r; mv r $STORMSWEEP_REPORT)", Status::failed,
         "its file $STORMSWEEP_REPORT was replaced; append reports to it; see ");
  CHECK(text_of(world.work().at(0) / "report.jsonl") == "{\"loss\": 1}\n");
  reason("kill -SEGV $$", Status::failed, "ended by signal 11");
  reason("kill -TERM $PPID; sleep 9", Status::failed, "ended by signal 15");  // and the search is not stopped
  reason("exit 137", Status::out_of_memory, "want of memory");
  reason("kill -KILL $$", Status::failed, "ended by signal 9");  // but not by the kernel for want of memory
  reason(R"(echo '{"epoch": 1, "loss": NaN}' >> $STORMSWEEP_REPORT; sleep 60)", Status::diverged, "not finite");
  reason("sleep 60", Status::failed, "it has said nothing for 0.3 s", R"(, "timeout": 0.3)");
  reason("head -c 20000000 /dev/zero; exit 1", Status::failed, "exit status 1; see ");
}

TEST_CASE("a command that Slurm ends with its job has not failed, though the master is slow to say so") {
  const RunWorld world;
  const Variable job("SLURM_JOB_ID", "7");
  const Ran ran = world.run(experiment("kill -TERM $PPID; sleep 9"), {1}, 4);
  CHECK_FALSE(ran.left);
  CHECK(ran.rows.empty());
}

TEST_CASE("a command fails whose reports cannot be read: the last one may be among them") {
  RunWorld world;
  world.before_reading = [] { read_fails = true; };
  const Ran ran = world.run(experiment("true"));
  REQUIRE(ran.left);
  CHECK(ran.left->status == Status::failed);
  CHECK(ran.left->error.starts_with("sh: " + (world.folder / "cache/checkpoints").string()));
  CHECK(ran.left->error.find("report.jsonl: cannot be read (Input/output error); look at its disk; see ") !=
        std::string::npos);
}

TEST_CASE("a command does not start where its reports cannot be linked to") {
  const RunWorld world;
  links_fail = true;
  const std::string message = refusal([&] { world.run(experiment("true")); });
  links_fail = false;
  CHECK(message.starts_with((world.work().at(0) / "report.jsonl").string() +
                            ": the link to the reports cannot be made (Operation not permitted); "));
}

TEST_CASE("a command's reports are not opened again and again: many commands may share a file system") {
  const RunWorld world;
  CHECK_FALSE(world.run(experiment("sleep 9"), {1}, 0.2).left);
  const Descriptor watch(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(world.folder / "cache/checkpoints"))
    if (entry.path().filename() == "report.jsonl")
      REQUIRE(inotify_add_watch(*watch, entry.path().c_str(), IN_OPEN | IN_CLOSE) > 0);
  CHECK(world.run(experiment(R"(sleep 2; echo '{"loss": 1}' >> $STORMSWEEP_REPORT)")).rows.size() == 1);
  std::array<inotify_event, 1000> events;
  const ssize_t size = read(*watch, events.data(), sizeof events);
  const auto opened_and_closed = size / static_cast<ssize_t>(sizeof(inotify_event));
  CHECK((opened_and_closed > 2 && opened_and_closed < 20));  // 20 looks a second would be 80
}

TEST_CASE("searches that run at the same time do not work in each other's folders") {
  const RunWorld world;
  const std::string script =
      R"([ $(ls -A . "$STORMSWEEP_CHECKPOINT" | grep -c mine) = 0 ] || exit 9; touch mine "$STORMSWEEP_CHECKPOINT/mine"; )"
      R"(sleep 0.5; [ -e mine ] || exit 8; echo '{"loss": 1}' >> "$STORMSWEEP_REPORT")";
  Ran one, two;
  std::thread beside([&] { one = world.run(experiment(script), {1}, 1e9, "one"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  two = world.run(experiment(script), {1}, 1e9, "two");
  beside.join();
  for (const Ran* ran : {&one, &two}) {
    CHECK(ran->left->error == "");
    CHECK(ran->rows.size() == 1);
  }
}

TEST_CASE("a program that is not there") {
  const RunWorld world;
  const Experiment none = parse_experiment(R"({"name": "mine", "summary": "s", "data": [], "run": ["no-such-program"],
      "milestone": "epochs", "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}],
      "hyperparameters": [{"name": "epochs", "type": "integer", "default": 1, "min": 1, "max": 99, "meaning": "m"}]})",
                                           "e.json");
  RunContext context{.cache = world.folder / "cache"};
  context.fingerprint = "0123456789abcdef0123456789abcdef";
  const RunEvents events{.stopped = [] { return false; }, .finished = nullptr};
  const auto left = run_command(none, {TrainingId{0}, {{std::int64_t{1}}}, {1}}, context, events);
  REQUIRE(left);
  CHECK(left->error.find("no-such-program: No such file or directory") != std::string::npos);
}

TEST_CASE(
    "nothing of a command outlives it: not what it started, nor what got away from it, nor what ignores SIGTERM") {
  const RunWorld world;
  SUBCASE("that ended") {
    const std::string time = long_sleep();
    const Ran ran = world.run(experiment("sleep " + time + " & setsid sleep " + time + " & (setsid sh -c 'sleep " +
                                         time + " & exit') & echo '{\"loss\": 1}' >> $STORMSWEEP_REPORT; sleep 0.2"));
    CHECK(ran.left->status == Status::complete);
    CHECK(gone(time));
  }
  SUBCASE("that a batch system ends before the master does, which is no failure, however it reacts") {
    const std::string time = long_sleep();
    const Ran ran = world.run(experiment("trap 'exit 0' TERM; setsid sleep " + time +
                                         " & (sleep 0.2; kill -TERM $PPID) & while :; do sleep 0.1; done"),
                              {1}, 1);
    CHECK(!ran.left);
    CHECK(ran.rows.empty());
    CHECK(gone(time));
  }
  SUBCASE("but its reports, if it was stopped: half a line does not count") {
    const Ran ran = world.run(
        experiment(
            R"(printf '{"epoch": 1, "loss": 3}\n{"epoch": 2, "loss": 2}\n{"epo' >> $STORMSWEEP_REPORT; echo 2 > $STORMSWEEP_CHECKPOINT/state; sleep 9)"),
        {3}, 2);
    CHECK(!ran.left);
    const Ran again = world.run(
        experiment(R"(test -e $STORMSWEEP_CHECKPOINT/state && echo '{"epoch": 3, "loss": 1}' >> $STORMSWEEP_REPORT)"),
        {2, 3});
    CHECK(again.left->status == Status::complete);
    REQUIRE(again.rows.size() == 2);
    CHECK(again.rows[0].metrics.at(0).second == 2);
    CHECK(again.rows[1].metrics.at(0).second == 1);
    CHECK(again.epochs.size() == 3);
  }
  SUBCASE("but the time that it took, over two stops") {
    const auto epoch = [&](int number, double stop_after = 1e9) {
      return world.run(
          experiment(fmt::format(
              R"(sleep 0.5; echo '{{"epoch": {0}, "loss": {0}}}' >> $STORMSWEEP_REPORT; test {0} = 3 || sleep 9)",
              number)),
          {3}, stop_after);
    };
    CHECK(!epoch(1, 3).left);
    const Ran second = epoch(2, 3);
    CHECK(!second.left);
    CHECK((second.recalled >= 0.5 && second.recalled < 3));
    const Ran ran = epoch(3);
    CHECK((ran.recalled >= second.recalled + 0.5 && ran.recalled < 6));
    REQUIRE(ran.rows.size() == 1);
    CHECK(ran.rows[0].timings.wall > 1.5);
    CHECK(ran.rows[0].timings.wall < 30);
    CHECK(ran.rows[0].finished - ran.rows[0].started < ran.rows[0].timings.wall - 0.9);  // of its last start
    REQUIRE(ran.epochs.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(ran.epochs[i].seconds > 0.5 * static_cast<double>(i + 1));
  }
  SUBCASE("that was stopped, and its checkpoint stays") {
    const std::string time = long_sleep();
    const auto begin = std::chrono::steady_clock::now();
    const Ran ran = world.run(experiment("trap '' TERM; echo 1 > $STORMSWEEP_CHECKPOINT/state; setsid sleep " + time +
                                             " & while :; do sleep " + time + "; done",
                                         R"(, "grace": 0.4)"),
                              {1}, 2);
    CHECK(!ran.left);
    CHECK(gone(time));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
    CHECK(!std::filesystem::is_empty(world.folder / "cache/checkpoints"));
    const Ran again = world.run(experiment(
        R"(test -e $STORMSWEEP_CHECKPOINT/state && echo '{"loss": 1}' >> $STORMSWEEP_REPORT)", R"(, "grace": 0.4)"));
    CHECK(again.left->status == Status::complete);
  }
  SUBCASE("whose worker was killed") {
    const std::string time = long_sleep();
    const std::string tend = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "stormsweep-tend";
    int status = 0;
    process::capture({"sh", "-c",
                      tend + " $$ 60 sh -c 'trap \"\" TERM; sleep " + time + " & setsid sleep " + time +
                          "' & sleep 0.5; kill -9 $$"},
                     status);
    CHECK(status == 137);
    CHECK(gone(time));  // at once, despite its grace: its successor works in the same folder
  }
}
