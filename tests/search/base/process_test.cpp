#include "search/base/process.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/folder.hpp"
#include "tests/refusal.hpp"
#include "tests/variable.hpp"

using namespace stormsweep;

TEST_CASE("a process is alive until it has ended, though nobody has asked how") {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  CHECK(process::alive(child));
  CHECK(process::children(getpid()) == std::vector<pid_t>{child});
  kill(child, SIGKILL);
  siginfo_t ended{};
  REQUIRE(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);
  CHECK_FALSE(process::alive(child));  // a zombie
  CHECK(process::wait_for(child) == 128 + SIGKILL);
  CHECK_FALSE(process::alive(child));
}

TEST_CASE("a process runs its program, whatever has become of that program's file") {
  const TemporaryFolder folder;
  // proc(5) puts " (deleted)" behind the name of a file that is gone; this one is called so to begin with.
  const auto put = [&] { std::filesystem::copy_file("/bin/sleep", folder / "sleep (deleted)"); };
  put();
  const pid_t child = fork();
  if (child == 0) {
    process::become({(folder / "sleep (deleted)").string(), "60"});
    _exit(127);
  }
  const auto runs = [&](const std::filesystem::path& program) {
    for (int tries = 0; tries < 200 && process::program_of(child) != program; ++tries) usleep(10'000);
    return process::program_of(child) == program;
  };
  CHECK(runs(folder / "sleep (deleted)"));
  std::filesystem::remove(folder / "sleep (deleted)");
  put();  // as a build replaces it
  CHECK(runs(folder / "sleep (deleted)"));
  kill(child, SIGKILL);
  process::wait_for(child);
  CHECK(process::program_of(child).empty());
}

TEST_CASE("a program is the first file of that name on PATH that may be run") {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  const std::string name = "stormsweep-test-program";
  const test::Variable path("PATH", fmt::format("{0}/no:{0}/a:{0}/b:{0}/c:{0}/d", folder.path().string()));
  CHECK(process::find_program(name).empty());
  fs::create_directories(folder / "a" / name);
  for (const char* each : {"b", "c", "d"}) {
    fs::create_directory(folder / each);
    std::ofstream(folder / each / name) << "#!/bin/sh\n";
  }
  CHECK(process::find_program(name).empty());
  for (const char* each : {"c", "d"}) fs::permissions(folder / each / name, fs::perms::owner_all);
  CHECK(process::find_program(name) == folder / "c" / name);
  CHECK(process::find_program((folder / "d" / name).string()) == folder / "d" / name);
  CHECK(process::find_program((folder / "b" / name).string()).empty());
}

TEST_CASE("descendants are children and theirs") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const pid_t grandchild = fork();
    if (grandchild > 0) CHECK(write(ends[1], &grandchild, sizeof grandchild) == sizeof grandchild);
    pause();
    _exit(0);
  }
  pid_t grandchild = 0;
  REQUIRE(read(ends[0], &grandchild, sizeof grandchild) == sizeof grandchild);
  CHECK(process::descendants(getpid()) == std::vector<pid_t>{child, grandchild});
  for (const pid_t each : {child, grandchild}) kill(each, SIGKILL);
  process::wait_for(child);
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("a command's output is captured, also where a signal comes in between") {
  signal(SIGALRM, [](int) {});
  alarm(1);
  int status = -1;
  CHECK(process::capture({"sh", "-c", "echo one; sleep 1.5; echo two; exit 3"}, status) == "one\ntwo\n");
  CHECK(status == 3);
  signal(SIGALRM, SIG_DFL);
}

TEST_CASE("a command that is ended as soon as its process id is known ends, whatever its parent does with the signal") {
  signal(SIGTERM, [](int) {});
  for (int round = 0; round < 20; ++round) {
    int status = -1;
    std::vector<pid_t> told;
    const auto end = [&](pid_t pid) {
      told.push_back(pid);
      if (pid > 0) kill(pid, SIGTERM);
    };
    process::capture({"sleep", "60"}, status, process::Capture::output, end);
    CHECK(status == 128 + SIGTERM);
    CHECK((told.size() == 2 && told[0] > 0 && told[1] == 0));
  }
  signal(SIGTERM, SIG_DFL);
}

TEST_CASE("a command that is not there has status 127") {
  int status = -1;
  CHECK(process::capture({"/no/such/command"}, status).empty());
  CHECK(status == 127);
}

TEST_CASE("a command that the system has no process for is refused with what helps") {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{0, 0};
    if ((geteuid() == 0 && setuid(65534) != 0) || setrlimit(RLIMIT_NPROC, &none) != 0) _exit(2);
    int status = 0;
    const std::string told = refusal([&] { process::capture({"true"}, status); });
    _exit(
        told == "true: cannot be started (Resource temporarily unavailable); raise `ulimit -u`, or the job's limits on "
                "processes and memory"
            ? 0
            : 1);
  }
  CHECK(process::wait_for(child) == 0);
}

TEST_CASE("a child whose exit status is lost does not count as a success") {
  signal(SIGCHLD, SIG_IGN);
  int status = -1;
  CHECK(process::capture({"sh", "-c", "echo one; exit 0"}, status) == "one\n");
  CHECK(status == 127);
  signal(SIGCHLD, SIG_DFL);
  CHECK(process::wait_for(getpid()) == 127);
}
