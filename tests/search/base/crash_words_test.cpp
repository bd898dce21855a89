#include "search/base/crash_words.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

struct Ended {
  int status;
  std::string err;
};

/// Of a process of its own that does this and then exits with status 0.
Ended ended(const std::function<void()>& work) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    for (const int number : {SIGSEGV, SIGABRT}) signal(number, SIG_DFL);  // not doctest's
    dup2(ends[1], STDERR_FILENO);
    work();
    _exit(0);
  }
  close(ends[1]);
  Ended result{0, ""};
  char letter = 0;
  while (read(ends[0], &letter, 1) == 1) result.err.push_back(letter);
  close(ends[0]);
  REQUIRE(waitpid(child, &result.status, 0) == child);
  return result;
}

void read_from_nowhere() {
  volatile int* volatile nowhere = nullptr;
  [[maybe_unused]] const int number = *nowhere;
}

}  // namespace

TEST_CASE("a crash while words are set is told in these words, as bad input") {
  for (const auto& crash : {std::function<void()>(read_from_nowhere), std::function<void()>([] { std::abort(); })}) {
    const Ended one = ended([&] {
      const CrashWords words("f.nc: is damaged\n");
      crash();
    });
    CHECK(WIFEXITED(one.status));
    CHECK(WEXITSTATUS(one.status) == exit_bad_input);
    CHECK(one.err == "f.nc: is damaged\n");
  }
}

TEST_CASE("any other crash ends as before: later, and in another thread") {
  const Ended later = ended([] {
    { const CrashWords words("f.nc: is damaged\n"); }
    read_from_nowhere();
  });
  CHECK(WIFSIGNALED(later.status));
  CHECK(WTERMSIG(later.status) == SIGSEGV);
  CHECK(later.err.empty());
  const Ended elsewhere = ended([] {
    const CrashWords words("f.nc: is damaged\n");
    std::thread([] { std::abort(); }).join();
  });
  CHECK(WIFSIGNALED(elsewhere.status));
  CHECK(WTERMSIG(elsewhere.status) == SIGABRT);
}
