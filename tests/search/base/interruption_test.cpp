#include "search/base/interruption.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "search/base/progress_bar.hpp"

using namespace stormsweep;

namespace {

/// How a process that calls `work` ends.
template <class Work>
int wait_status(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

/// 1 if showing progress threw Interruption of `signal`.
void show_progress(int signal) {
  ProgressBar bar("test");
  try {
    bar.show(0.5);
  } catch (const Interruption& interruption) {
    _exit(interruption.signal == signal ? 1 : 2);
  }
}

}  // namespace

TEST_CASE("after a signal whatever shows progress is stopped; the second one ends the process") {
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    const int stopped = wait_status([&] {
      catch_interruption();
      std::raise(signal);
      show_progress(signal);
    });
    CHECK(WIFEXITED(stopped));
    CHECK(WEXITSTATUS(stopped) == 1);
    const int twice = wait_status([&] {
      catch_interruption();
      std::raise(signal);
      std::raise(signal);
    });
    CHECK(WIFSIGNALED(twice));
    CHECK(WTERMSIG(twice) == signal);
  }
}

TEST_CASE("without a signal, or where it is ignored, work goes on") {
  const int ignored = wait_status([] {
    std::signal(SIGINT, SIG_IGN);
    catch_interruption();
    std::raise(SIGINT);
    show_progress(SIGINT);
  });
  CHECK(WIFEXITED(ignored));
  CHECK(WEXITSTATUS(ignored) == 0);
}
