#include "search/base/awake_time.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

using namespace stormsweep;

TEST_CASE("the time of a process that was stopped stood still, but for a second") {
  constexpr Seconds pause{3};
  const pid_t child = fork();
  if (child == 0) {
    const Seconds awake = awake_time(), steady = steady_time();
    std::raise(SIGSTOP);
    const Seconds worked = awake_time() - awake, gone = steady_time() - steady;
    _exit(gone >= pause && worked > Seconds(0) && worked < gone - pause / 2 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, WUNTRACED) == child);
  CHECK(WIFSTOPPED(status));
  std::this_thread::sleep_for(pause);
  kill(child, SIGCONT);
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a step that takes longer than a second is time") {
  const Seconds awake = awake_time(), steady = steady_time();
  std::this_thread::sleep_for(Seconds(1.5));
  CHECK(awake_time() - awake > steady_time() - steady - Seconds(0.4));
}
