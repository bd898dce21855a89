// stormsweep-tend PARENT GRACE COMMAND...: runs the command and ends as it does, or by SIGTERM if it was sent one. When
// the command ends, when PARENT dies, and on SIGTERM, all that the command has started is killed, daemons included. It
// stands between a worker and its command because a worker may be killed, and has threads, which must not fork.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "search/base/process.hpp"

namespace {

using namespace stormsweep;
using Clock = std::chrono::steady_clock;

constexpr int not_started = 127;  // as shells do

void signal_all(int signal) {
  for (const pid_t pid : process::descendants(getpid())) kill(pid, signal);
}

pid_t start(const std::vector<std::string>& command, const sigset_t& signals) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, 0);
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
  process::become(command);
  std::fprintf(stderr, "%s: %s\n", command[0].c_str(), std::strerror(errno));
  _exit(not_started);
}

/// Waits until the command has ended, or the grace after SIGTERM is over. Returns its status, or SIGTERM after that
/// signal, however the command reacted. No grace where `parent` has died: whoever continues the training works in the
/// same folder.
int watch(pid_t command, const sigset_t& signals, pid_t parent, std::chrono::duration<double> grace) {
  std::optional<Clock::time_point> deadline;
  for (;;) {
    const timespec look{.tv_sec = 0, .tv_nsec = 100'000'000};
    const int signal = deadline ? sigtimedwait(&signals, nullptr, &look) : sigwaitinfo(&signals, nullptr);
    if (signal == SIGTERM && !deadline) {
      deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(grace);
      signal_all(SIGTERM);
    }
    int status = 0;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == command) return deadline ? SIGTERM : status;
    if (deadline && (getppid() != parent || Clock::now() >= *deadline)) return SIGTERM;
  }
}

/// Orphaned processes become children of this one, and are found in the next round.
void clear() {
  do {
    signal_all(SIGKILL);
  } while (waitpid(-1, nullptr, 0) > 0 || errno != ECHILD);
}

[[noreturn]] void end_like(int status) {
  if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
  prctl(PR_SET_DUMPABLE, 0);  // the command's core is enough
  std::signal(WTERMSIG(status), SIG_DFL);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_UNBLOCK, &all, nullptr);
  raise(WTERMSIG(status));
  _exit(128 + WTERMSIG(status));
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) {
    std::fprintf(stderr, "stormsweep-tend: stormsweep-worker starts this\n");
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGCHLD}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const pid_t parent = std::atoi(words[1]);
  if (getppid() != parent) return 1;  // it died before that request
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t command = start({words + 3, words + count}, signals);
  if (command < 0) {
    std::perror("stormsweep-tend");
    return not_started;
  }
  const int status = watch(command, signals, parent, std::chrono::duration<double>(std::atof(words[2])));
  clear();
  end_like(status);
}
