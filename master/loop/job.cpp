#include "master/loop/job.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include "master/loop/job_output.hpp"
#include "master/loop/launch.hpp"
#include "master/loop/launcher.hpp"
#include "master/loop/signals.hpp"
#include "master/loop/status_file.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/output.hpp"
#include "search/base/process.hpp"
#include "search/base/time.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep::launch {

namespace {

constexpr int start_look = 20, look = 100;  // ms between polls of mpirun and its ranks
constexpr Seconds drain_again{1};  // repeated: mpirun loses signals until it handles them, and then until it has ranks
constexpr Seconds start_patience{30};     // for mpirun to start anything
constexpr int most_starts = 3;            // of mpirun, where another one's end has kept it from starting
constexpr Seconds last_words{0.5};        // time for dying ranks to print why
constexpr Seconds drained_start{10};      // for a start during which draining is asked
constexpr Seconds report_patience{10};    // from rank 0's report of a loss to the end
constexpr Seconds finalize_patience{20};  // from any other report: MPI_Finalize may wait for a rank that hangs
constexpr Seconds kill_patience{2};       // between asking mpirun to end and killing it

std::vector<std::string> command_line(int workers, const Arguments& arguments) {
  const std::string version = mpirun_version();
  std::vector<std::string> command = mpirun_words(version, workers + 1);
  check_library(version, MpiChannel::library());
  command.insert(command.end(), {own_program(), "run"});
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// Slurm sends SIGTERM to all processes of a job. It must not reach mpirun, as the ranks get it too, and drain: mpirun
/// would wait for its own time limit, no longer forward their output, and end long after them.
void keep_sigterm_out() {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, nullptr);
}

/// Whether the process is a rank: it runs stormsweep, or a program that ranks become. Others, such as daemons, are left
/// to mpirun.
bool is_rank(pid_t pid) {
  const std::filesystem::path program = process::program_of(pid);
  return program == own_program() || program == worker_program() || program == runner_program();
}

std::vector<pid_t> ranks_below(pid_t pid) {
  std::vector<pid_t> ranks = process::descendants(pid);
  std::erase_if(ranks, [](pid_t each) { return !is_rank(each); });
  return ranks;
}

class Job {
 public:
  Job(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment, Seconds patience)
      : patience_(patience) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // ranks that outlive mpirun become our children, whose end we can await
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) refuse_file("mpirun", "no pipe for what it says", process::start_remedy);
    said_ = Descriptor(ends[0]);
    const Descriptor mpiruns(ends[1]);
    mpirun_ = fork();
    if (mpirun_ < 0) refuse_file("mpirun", "cannot be started", process::start_remedy);
    if (mpirun_ == 0) become(command, environment, *mpiruns);
    signals::hand_to(mpirun_, SIGUSR1);
    signals::catch_stop();
  }

  /// Until no rank of this host is left.
  void wait() {
    while (!mpirun_ended()) {
      pass_output_on();
      stop_with_us();
      if (!started_) watch_start();
      if (started_) watch_master();
      if (signals::drain_asked()) drain();
      if (signals::interrupts() > 1) end("");
      end_when_overdue();
    }
    signals::hand_to(0, 0);
    await_ranks();
    while (said_ && pollable()) pass_output_on();
    show(output_.rest());
  }

  /// Whether mpirun has started nothing, for a reason that has passed.
  bool may_start() const { return failed_to_start() && lost_folder(written_); }

  JobEnd conclude() const {
    if (const auto report = status_.report())
      return {report->status, report->again && !signals::drain_asked(), report->failures};
    if (ending_ && signals::drain_asked()) return told(exit_drained, "stopped at once");
    if (!why_.empty()) return told(exit_master_lost, why_);
    if (signals::drain_asked() && !started_) return told(exit_drained, "stopped before anything was started");
    if (failed_to_start())
      throw InputError(fmt::format("mpirun: ended with status {} before it started anything; fix what it reports above",
                                   mpirun_status_));
    if (!started_) return told(exit_master_lost, "a rank died while MPI started");  // and mpirun gave up, as 5.0 does
    return told(exit_master_lost, "the master is lost");
  }

 private:
  [[noreturn]] void become(const std::vector<std::string>& command,
                           const std::map<std::string, std::string>& environment, int output) const {
    setpgid(0, 0);                     // so that Ctrl-C at the terminal reaches only us, who translate it
    prctl(PR_SET_PDEATHSIG, SIGUSR1);  // if we are killed, drain. SIGTERM would reach the ranks half a minute late
    signal(SIGUSR1, SIG_IGN);          // until mpirun listens
    keep_sigterm_out();
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    setenv(status_file, status_.path().c_str(), 1);
    for (const char* stray : {"PMIX_RANK", "PMIX_NAMESPACE"}) unsetenv(stray);  // of another job
    if (geteuid() == 0) {
      setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
      setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
    }
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(output, STDERR_FILENO);
    process::become(command);
    _exit(127);
  }

  bool mpirun_ended() {
    int status = 0;
    const pid_t ended = waitpid(mpirun_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
    if (WIFEXITED(status)) mpirun_status_ = WEXITSTATUS(status);
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) mpirun_status_ = 128 + WTERMSIG(status);
    return true;
  }

  void watch_start() {
    started_ = status_.started();
    if (started_ || ending_) return;
    for (const pid_t rank : ranks_below(mpirun_)) seen_.insert(rank);
    const bool died = std::any_of(seen_.begin(), seen_.end(), [](pid_t rank) { return !process::alive(rank); });
    if (died && !died_) died_ = steady_time();
    if (died_ && steady_time() - *died_ > last_words && !status_.started())
      return end("a rank died while MPI started, and the others would wait for it for ever");
    if (steady_time() - began_ > start_patience && process::children(mpirun_).empty())
      end(fmt::format("mpirun has started nothing for {:g} s", start_patience.count()));
  }

  /// Notices the death of rank 0 before workers miss it, if it runs on this host: else `seen_` lacks its process.
  void watch_master() {
    const auto master = status_.master();
    if (master && seen_.contains(*master) && !process::alive(*master) && !status_.report()) end("the master is lost");
  }

  void drain() {
    const auto now = steady_time();
    if (!drained_) drained_ = now;
    if (now - asked_ > drain_again) {
      asked_ = now;
      kill(mpirun_, SIGUSR1);
    }
    if (!started_ && now - *drained_ > drained_start) end("");
  }

  /// On Ctrl-Z stops our ranks and their commands, which are not in the terminal's foreground group, then this process,
  /// and continues them after it.
  void stop_with_us() {
    if (!signals::take_stop()) return;
    const std::vector<pid_t> all = process::descendants(mpirun_);
    for (const pid_t each : all) kill(each, SIGSTOP);
    raise(SIGSTOP);
    for (const pid_t each : all) kill(each, SIGCONT);
  }

  /// Ends everything. `why` is reported, unless the user asked for the end.
  void end(const std::string& why) {
    if (ending_) return;
    if (!why.empty() && !signals::drain_asked()) why_ = why;
    ending_ = steady_time();
    const std::vector<pid_t> ranks = ranks_below(mpirun_);
    kill(mpirun_, SIGTERM);  // lets it clean up
    for (const pid_t rank : ranks) kill(rank, SIGKILL);
  }

  void end_when_overdue() {
    const auto now = steady_time();
    if (ending_ && now - *ending_ > kill_patience) kill(mpirun_, SIGKILL);
    const auto report = status_.report();
    if (!report) return;
    if (!reported_) reported_ = now;
    // After the loss of a host, mpirun would wait for its daemon.
    if (now - *reported_ > (report->lost ? report_patience : finalize_patience)) kill(mpirun_, SIGKILL);
  }

  /// Waits for ranks that outlive mpirun: rank 0 then drains, and tells the others.
  void await_ranks() {
    const auto since = steady_time();
    for (;;) {
      while (waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      const std::vector<pid_t> ranks = ranks_below(getpid());
      if (ranks.empty()) return;
      const Seconds patience = ending_ || signals::interrupts() > 1 ? Seconds(0)
                               : status_.report()                   ? report_patience
                                                                    : patience_;
      if (steady_time() - since >= patience)
        for (const pid_t rank : ranks) kill(rank, SIGKILL);
      pass_output_on();
    }
  }

  /// Shows output until the next poll is due.
  void pass_output_on() {
    const int patience = started_ ? look : start_look;
    pollfd ready{.fd = *said_, .events = POLLIN, .revents = 0};
    if (said_ && poll(&ready, 1, patience) > 0) {
      char text[65536];
      const ssize_t size = read(*said_, text, sizeof text);
      if (size > 0) take({text, static_cast<std::size_t>(size)});
      if (size == 0) said_ = Descriptor();
    } else if (!said_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(patience));
    }
  }

  void take(std::string_view text) {
    if (!started_) written_ += text;
    show(output_.add(text));
    for (const std::string& line : output_.take_marked()) status_.take(line);
  }

  static void show(const std::string& text) { remark("{}", text); }

  bool failed_to_start() const {
    return !started_ && seen_.empty() && mpirun_status_ > 0 && !ending_ && !signals::drain_asked();
  }

  static JobEnd told(int status, const std::string& what) {
    remark("{}; run it again to continue\n", what);
    return {status, false};
  }

  bool pollable() const {
    pollfd ready{.fd = *said_, .events = POLLIN, .revents = 0};
    return poll(&ready, 1, 0) > 0;
  }

  const StatusFile status_;
  Descriptor said_;  ///< our end of the pipe; none once all writers have ended
  JobOutput output_{status_mark(status_.path())};
  std::string written_;  ///< to standard error, before all had started
  const Seconds patience_;
  const Seconds began_ = steady_time();
  pid_t mpirun_ = 0;
  int mpirun_status_ = 0;
  bool started_ = false;
  std::set<pid_t> seen_;  ///< ranks seen before all had started
  std::string why_;
  Seconds asked_{0};
  std::optional<Seconds> died_, drained_, ending_, reported_;
};

}  // namespace

JobEnd run_job(int workers, const Arguments& arguments, const std::map<std::string, std::string>& environment,
               double patience) {
  const std::vector<std::string> command = command_line(workers, arguments);
  for (int starts = 1;; ++starts) {
    Job job(command, environment, Seconds(patience));
    job.wait();
    if (starts == most_starts || !job.may_start()) return job.conclude();
    remark("mpirun: its folder was removed by another one, which has just ended; starting it again\n");
  }
}

}  // namespace stormsweep::launch
