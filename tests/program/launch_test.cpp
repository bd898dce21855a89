// How a job starts and stops: failures before its ranks have met, and signals at any moment.
#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string noop(int trials, int length) {
  return R"({"name": "n", "experiment": "noop", "parameters": {"milliseconds": )" + std::to_string(length) +
         R"(, "index": {"min": 1, "max": )" + std::to_string(trials) + R"(, "step": 1}}})";
}

Words run_words(const WorkFolder& folder, const std::string& text, const std::string& lost_after = "1") {
  return {stormsweep_program(),
          "run",
          folder.write("n.json", text),
          "--results",
          "n.db",
          "--workers",
          "3",
          "--device",
          "cpu",
          "--lost-after",
          lost_after};
}

/// `words` with an environment or a shell around them.
Words with(Words before, const Words& words) {
  before.insert(before.end(), words.begin(), words.end());
  return before;
}
Words in_shell(const std::string& script, const Words& words) {
  return with({"sh", "-c", script + R"(; exec "$@")", "sh"}, words);
}

bool running(const WorkFolder& folder) {
  return std::filesystem::exists(folder / "n.db") &&
         number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") >= 3;
}

double seconds_since(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

}  // namespace

TEST_CASE("a rank that dies while MPI starts ends the job, with MPI's own words") {
  const WorkFolder folder;
  const auto since = Clock::now();
  const Ended ended = run(with({"env", "OMPI_MCA_pml=nosuch"}, run_words(folder, noop(3, 10))), folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 3);
  // Open MPI itself reports what a rank lacks, but sometimes too late or cut short: then its report mentions show_help.
  const auto tells = [&](const char* word) { return ended.err.find(word) != std::string::npos; };
  CHECK((tells("nosuch") || tells("MPI_Init") || tells("show_help")));
  CHECK(ended.err.find("a rank died while MPI started") != std::string::npos);
  CHECK(seconds_since(since) < 30);
  CHECK(run(run_words(folder, noop(3, 10)), folder).status == 0);
}

TEST_CASE("ranks that all die while MPI starts, so that mpirun ends too, are no lost master") {
  const WorkFolder folder;
  folder.write("mpirun", "#!/bin/sh\n[ \"$1\" = --version ] && PATH=${PATH#*:} exec mpirun --version\nmkfifo rank\n" +
                             stormsweep_program() + " plan rank & sleep 0.5; kill -9 $!; exit 1\n");
  const Ended ended =
      run(in_shell(R"(chmod +x mpirun; export PATH="$PWD:$PATH")", run_words(folder, noop(3, 10))), folder);
  CHECK(ended.status == 3);
  CHECK(ended.err == "a rank died while MPI started; run it again to continue\n");
}

TEST_CASE("an mpirun that a signal ends before it has started anything is to be mended, not run again") {
  const WorkFolder folder;
  folder.write(
      "mpirun",
      "#!/bin/sh\n[ \"$1\" = --version ] && PATH=${PATH#*:} exec mpirun --version\necho smashed >&2\nkill -ABRT $$\n");
  const Ended ended =
      run(in_shell(R"(chmod +x mpirun; export PATH="$PWD:$PATH")", run_words(folder, noop(3, 10))), folder);
  CHECK(ended.status == 2);
  CHECK(ended.err.find("smashed\nmpirun: ended with status 134 before it started anything") != std::string::npos);
}

TEST_CASE("Slurm's SIGTERM to all processes does not reach mpirun, whatever `env` is there to block it") {
  const WorkFolder folder;
  folder.write("env", "#!/bin/sh\nexit 125\n");  // RHEL 8's does not know --block-signal
  Command command(in_shell(R"(chmod +x env; export PATH="$PWD:$PATH")", run_words(folder, noop(30, 100))), folder);
  REQUIRE(eventually([&] { return running(folder); }));
  for (const pid_t launcher : launchers(command.pid())) kill(launcher, SIGTERM);
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") == 30);
}

TEST_CASE("a signal at any moment of the start ends the job cleanly") {
  for (const int after : {0, 100, 300, 500, 700, 900, 1200}) {
    CAPTURE(after);
    const WorkFolder folder;
    Command first(run_words(folder, noop(60, 100)), folder);
    std::this_thread::sleep_for(milliseconds(after));
    if (after == 0) REQUIRE(eventually([&] { return !launchers(first.pid()).empty(); }));
    const bool begun = catches(first.pid(), SIGTERM);
    first.signal(after == 0 ? SIGUSR1 : SIGTERM);
    const auto since = Clock::now();
    const Ended ended = first.wait();
    CAPTURE(ended.err);
    // Before our main has begun, nothing can turn a signal into an exit status.
    CHECK((ended.status == 85 || (ended.status == 128 + SIGTERM && !begun)));
    CHECK(seconds_since(since) < 15);
    CHECK(run(run_words(folder, noop(60, 1)), folder).status == 0);
  }
}

TEST_CASE("a second Ctrl-C ends what does not end by itself") {
  const WorkFolder folder;
  Command command(run_words(folder, noop(300, 100), "60"), folder);
  REQUIRE(eventually([&] { return running(folder); }));
  const auto ranks = trainers(command.pid());
  REQUIRE(ranks.size() == 3);
  kill(ranks[0], SIGSTOP);  // as if a device hung
  command.signal(SIGINT);
  std::this_thread::sleep_for(milliseconds(1500));
  CHECK(alive(command.pid()));  // that worker may take 60 s to be heard again
  const auto since = Clock::now();
  command.signal(SIGINT);
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(seconds_since(since) < 5);
  CHECK(ended.status == 85);
  for (const pid_t rank : ranks) CHECK(eventually([&] { return !alive(rank); }));
  CHECK(run(run_words(folder, noop(300, 1)), folder).status == 0);
}

TEST_CASE("a job that is suspended twice for longer than a silence loses nobody") {
  const WorkFolder folder;
  Command command(run_words(folder, noop(30, 200)), folder);
  REQUIRE(eventually([&] { return running(folder); }));
  std::vector<pid_t> all = descendants(command.pid());
  all.push_back(command.pid());
  for (int time = 0; time < 2; ++time) {
    for (const pid_t pid : all) kill(pid, SIGSTOP);
    std::this_thread::sleep_for(milliseconds(3500));
    for (const pid_t pid : all) kill(pid, SIGCONT);
    std::this_thread::sleep_for(milliseconds(300));
  }
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(query(folder / "n.db", "SELECT status, attempt, count(*) FROM results GROUP BY 1, 2") == Rows{"complete|1|30"});
}

TEST_CASE("Ctrl-Z stops the ranks with the command, and they go on with it") {
  const WorkFolder folder;
  Command command(run_words(folder, noop(300, 100)), folder);
  REQUIRE(eventually([&] { return running(folder); }));
  std::vector<pid_t> all = trainers(command.pid());
  all.push_back(descendants(command.pid(), "stormsweep").at(0));
  all.push_back(command.pid());
  command.signal(SIGTSTP);
  CHECK(eventually([&] { return std::ranges::all_of(all, is_stopped); }));
  command.signal(SIGCONT);
  CHECK(eventually([&] { return std::ranges::none_of(all, is_stopped); }));
  command.signal(SIGUSR1);
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 85);
  CHECK(run(run_words(folder, noop(300, 1)), folder).status == 0);
}

TEST_CASE("what failed is tried again once a command, though it kills every worker") {
  const WorkFolder folder;
  Words words = run_words(folder, R"({"name": "n", "experiment": "noop", "parameters": {"outcome": "abort"}})");
  words[6] = "1";
  CHECK(run(words, folder).status == 1);
  words.push_back("--retry-failed");
  const Ended ended = run(words, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 1);
  CHECK(query(folder / "n.db", "SELECT status, attempt FROM results") == Rows{"failed|2"});
}

TEST_CASE("limits of a run hold though its ranks are started again") {
  const WorkFolder folder;
  Words words = run_words(folder, R"({"name": "n", "experiment": "noop", "limits": {"failures": 2},
                                      "parameters": {"outcome": "abort", "index": [1, 2, 3]}})");
  words[6] = "1";
  const Ended ended = run(words, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 1);
  CHECK(ended.err.find("ended by limits.failures (2)") != std::string::npos);
  CHECK(query(folder / "n.db", "SELECT status, count(*) FROM results GROUP BY 1") == Rows{"failed|2"});
}

TEST_CASE("a command without a place to stand is refused in one line") {
  const WorkFolder folder;
  const Words words = run_words(folder, noop(3, 10));
  const std::pair<Words, std::string> cases[] = {
      {with({"env", "TMPDIR=relative"}, words), "TMPDIR: relative"},
      {with({"env", "TMPDIR=/nosuch"}, words), "TMPDIR: /nosuch"},
      {with({"env", "TMPDIR=/nosuch"}, {stormsweep_program(), "serve", (folder / "n.db").string()}), "TMPDIR: /nosuch"},
      {in_shell("exec 0<&-", words), "standard input: is closed"},
      {in_shell("exec 1>&-", words), "standard output: is closed"},
      {in_shell("mkdir gone && cd gone && rmdir ../gone", words), "the working folder"},
  };
  for (const auto& [command, says] : cases) {
    const Ended ended = run(command, folder);
    CAPTURE(ended.err);
    CHECK(ended.status == 2);
    CHECK(ended.err.starts_with(says));
    CHECK(count_lines(ended.err) == 1);
    CHECK_FALSE(std::filesystem::exists(folder / "n.db"));
  }
}

// A link to nowhere, in the place of the folder that Open MPI 4 shares between a user's jobs, has the effect of another
// mpirun that removes the folder as soon as this one has made it.
TEST_CASE("an mpirun whose folder another one has removed is started again, but not for ever") {
  const WorkFolder folder;
  if (run({"mpirun", "--version"}, folder).out.find("(Open MPI) 4.") == std::string::npos) {
    MESSAGE("SKIPPED: this Open MPI shares no folder");
    return;
  }
  folder.write("mpirun", R"(#!/bin/sh
[ "$1" = --version ] || echo >>starts
[ ! -e starts ] || [ $(wc -l <starts) -lt "$MENDED_AT" ] || rm -f ompi.*
PATH=${PATH#*:} exec mpirun "$@"
)");
  const std::string setting = R"sh(chmod +x mpirun; export TMPDIR="$PWD" PATH="$PWD:$PATH"
    rm -f starts; ln -sfn gone "ompi.$(uname -n | cut -d. -f1).$(id -u)"; export MENDED_AT=)sh";
  const Words words = run_words(folder, noop(3, 10));

  const Ended never = run(in_shell(setting + "99", words), folder);
  CAPTURE(never.err);
  CHECK(never.status == 2);
  CHECK(never.err.ends_with("mpirun: ended with status 1 before it started anything; fix what it reports above\n"));
  CHECK(std::filesystem::file_size(folder / "starts") == 3);  // a line for each

  const Ended mended = run(in_shell(setting + "2", words), folder);
  CAPTURE(mended.err);
  CHECK(mended.status == 0);
  CHECK(mended.err.find("mpirun: its folder was removed by another one, which has just ended; starting it again\n") !=
        std::string::npos);
  CHECK(std::filesystem::file_size(folder / "starts") == 2);
  CHECK(query(folder / "n.db", "SELECT status, count(*) FROM results GROUP BY 1") == Rows{"complete|3"});
}

TEST_CASE("of two searches that start at once on one database, one goes on and the other is refused") {
  const WorkFolder folder;
  const Words words = run_words(folder, noop(30, 300));
  Command first(words, folder), second(words, folder);
  Ended one = first.wait(), other = second.wait();
  if (one.status != 0) std::swap(one, other);
  CAPTURE(one.err);
  CAPTURE(other.err);
  CHECK(one.status == 0);
  CHECK(other.status == 2);
  CHECK(other.err.find("is being written by process") != std::string::npos);
  CHECK(count_lines(other.err) == 1);
}

TEST_CASE("under a launcher of the user's own the ranks wait for rank 0, however long it is at the data") {
  const WorkFolder folder;
  std::filesystem::copy_file(stormsweep_program(), folder / "stormsweep");
  const std::filesystem::path trainers = std::filesystem::path(worker_program()).replace_filename("stormsweep-runner");
  std::filesystem::create_symlink(trainers, folder / "stormsweep-runner");
  folder.write("stormsweep-worker", "#!/bin/sh\nsleep 22\nexec " + worker_program() + R"( "$@")");
  folder.write("n.json", noop(3, 10));  // ranks wait for 20 s to start, and for 10 s in silence
  const Words command =
      mpirun(folder, 3, {folder / "stormsweep", "run", "n.json", "--results", "n.db", "--lost-after", "1"});
  const Ended ended = run(in_shell("chmod +x stormsweep-worker", command), folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(query(folder / "n.db", "SELECT status, count(*) FROM results GROUP BY 1") == Rows{"complete|3"});
}

TEST_CASE("what another launcher has left behind makes no rank of us, and tells no number of workers, and no report") {
  const WorkFolder folder;
  std::string gang = noop(3, 10);
  gang.insert(gang.find(R"("milliseconds")"), R"("gpus": 3, )");
  const Words left{"env", "PMIX_RANK=3", "OMPI_COMM_WORLD_SIZE=2", "STORMSWEEP_DATA_REPORT=abc"};
  const Ended ended = run(with(left, run_words(folder, gang)), folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
}

TEST_CASE(
    "a worker without mpirun, which a rank that another launcher has left behind starts, is refused in one line") {
  const WorkFolder folder;
  const std::string runner = std::filesystem::path(worker_program()).replace_filename("stormsweep-runner");
  for (const Words& words :
       {Words{runner, "serve"}, with({"env", "OMPI_COMM_WORLD_RANK=1"}, run_words(folder, noop(3, 10)))}) {
    const Ended ended = run(words, folder);
    CHECK(ended.status == 2);
    CHECK(ended.err == "mpirun: one rank only; give -n 2 or more: rank 0 dispatches, the others train\n");
  }
}

TEST_CASE("a rank that no longer answers once all is done does not hold the job") {
  const WorkFolder folder;
  Command command(run_words(folder, noop(6, 4000), "30"), folder);
  REQUIRE(eventually([&] { return running(folder); }));
  SQLite::Database database((folder / "n.db").string(), SQLite::OPEN_READWRITE, 10000);
  database.exec("BEGIN IMMEDIATE");  // rank 0 waits for it with its last rows, the others in MPI_Finalize
  std::this_thread::sleep_for(std::chrono::seconds(10));
  const std::vector<pid_t> ranks = trainers(command.pid());
  REQUIRE_FALSE(ranks.empty());
  kill(ranks[0], SIGSTOP);
  database.exec("ROLLBACK");
  const auto since = Clock::now();
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(seconds_since(since) < 60);
  CHECK_FALSE(alive(ranks[0]));
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") == 6);
}
