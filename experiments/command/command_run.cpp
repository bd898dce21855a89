#include "experiments/command/command_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "experiments/command/command_process.hpp"
#include "experiments/command/command_reports.hpp"
#include "experiments/command/command_surroundings.hpp"
#include "search/base/awake_time.hpp"
#include "search/base/file.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/text.hpp"
#include "search/base/time.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto look = 50ms;          // between looks whether to stop, and at reports where due
constexpr double read_share = 0.02;  // of its run time passes between looks at its files: their disk may be shared
constexpr double longest_read = 1;   // seconds between two looks, at most
// Seconds that the master's order to stop may take. In a job of Slurm as long as that waits, by default (KillWait),
// before it kills the worker, too: the master may be waiting for its disk.
constexpr double word_of_master = 3, word_in_a_job = 30;
constexpr std::uintmax_t least_space = 1 << 20;
constexpr std::size_t most_read = 1 << 16;  // of a file at a time

/// Reads what a file has gained since it was last read.
class Tail {
 public:
  explicit Tail(fs::path file) : file_(std::move(file)) {}

  /// From here on it can be read though it be removed.
  void open() {
    if (!open_) open_ = Descriptor(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  }
  /// Throws InputError where it is there and cannot be read.
  std::string read(std::size_t most = most_read) {
    open();
    if (!open_ && errno == ENOENT) return {};
    std::string bytes(most, '\0');
    const ssize_t got = open_ ? TEMP_FAILURE_RETRY(::read(*open_, bytes.data(), most)) : -1;
    if (got < 0) refuse_file(file_, "cannot be read", "look at its disk");
    bytes.resize(static_cast<std::size_t>(got));
    read_ += bytes.size();
    return bytes;
  }
  std::size_t bytes_read() const { return read_; }

 private:
  fs::path file_;
  Descriptor open_;  ///< once it is there
  std::size_t read_ = 0;
};

std::uintmax_t size_of(const fs::path& file) {
  std::error_code missing;
  const auto size = fs::file_size(file, missing);
  return missing ? 0 : size;
}

/// The last line of a file that is not blank; empty where there is none.
std::string last_line(const fs::path& file) {
  constexpr std::string_view says_nothing(" \t\r\0", 4);
  std::ifstream stream(file, std::ios::binary);
  const auto size = static_cast<std::streamoff>(size_of(file));
  stream.seekg(std::max<std::streamoff>(0, size - 2000));
  std::string line, last;
  while (std::getline(stream, line))
    if (line.find_first_not_of(says_nothing) != line.npos) last = line;
  return last;
}

/// The kernel's count of out-of-memory kills in this process's cgroup; 0 where it keeps none.
std::int64_t out_of_memory_kills() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::")) continue;
    std::ifstream events("/sys/fs/cgroup" + line.substr(3) + "/memory.events");
    std::string name;
    for (std::int64_t count = 0; events >> name >> count;)
      if (name == "oom_kill") return count;
  }
  return 0;
}

class CommandRun {
 public:
  CommandRun(const Experiment& experiment, const Training& training, const RunContext& context, const RunEvents& events)
      : experiment_(experiment),
        events_(events),
        leads_(context.gang->rank() == 0),
        keep_work_(context.keep_work),
        one_training_a_curve_(context.one_training_a_curve),
        folder_(make_folder(experiment, training, context)),
        tail_(folder_.told()),
        reports_(experiment, training.milestones, [this](CommandReports::Row row) { tell(std::move(row)); }) {
    if (leads_) tail_.open();  // before a mate fails, and removes it
    const CommandGang gang = meet(*context.gang);
    CommandProcess::Start start{.words = words_for(experiment, training.trial(training.trials() - 1, experiment)),
                                .environment = environment_without_launchers(),
                                .folder = folder_.path,
                                .grace = experiment.command->grace};
    for (auto& [name, value] : surroundings(experiment, training, context, folder_, gang))
      start.environment[name] = value;
    process_.emplace(start);
  }

  std::optional<Outcome> run() {
    try {
      if (leads_) go_on();
      const auto end = follow();
      if (!end || (end->signal == SIGTERM && stopped_soon())) return stopped();
      return conclude(*end);
    } catch (const NotFinite& error) {
      return ended(Status::diverged, error.what());
    } catch (const std::runtime_error& error) {
      return ended(Status::failed, error.what());
    }
  }

 private:
  /// Continues where earlier starts, which were stopped, had come to.
  void go_on() {
    recall(told_before_);
    reports_.restart();
    events_.recalled(reports_.recalled_seconds());
    note(told_before_, 0);
  }

  /// Reads the reports up to a byte, and when they came: a line of folder_.times() has how many bytes had come after
  /// how many seconds, and 0 seconds where another start began.
  void recall(std::size_t end) {
    double seconds = 0;
    const auto add_as_far_as = [&](std::size_t bytes) {
      bytes = std::min(bytes, end);
      if (bytes > tail_.bytes_read()) reports_.add(tail_.read(bytes - tail_.bytes_read()), seconds);
    };
    std::ifstream times(folder_.times());
    double at = 0;
    for (std::size_t bytes = 0; times >> bytes >> at;) {
      if (at > 0) seconds = at;
      add_as_far_as(bytes);
      if (at == 0) reports_.restart(), seconds = 0;
    }
    add_as_far_as(end);
  }

  void note(std::size_t bytes, double seconds) const {
    std::ofstream(folder_.times(), std::ios::app) << fmt::format("{} {}\n", bytes, seconds);
  }

  /// Follows the command until it ends; nothing where it was stopped.
  std::optional<ProcessEnd> follow() {
    for (double read_at = 0;;) {
      const auto end = process_->wait(look);
      const bool stopped = events_.stopped(), due = seconds() >= read_at;
      if (end || stopped || due) read_reports();
      if (end || stopped) return end;
      if (!due) continue;
      check_silence();
      read_at = seconds() + std::min(longest_read, read_share * seconds());
    }
  }

  /// A batch system that ends a job signals all its processes: maybe this command before the master's order is here.
  bool stopped_soon() {
    const double end = seconds() + (environment("SLURM_JOB_ID").empty() ? word_of_master : word_in_a_job);
    while (!events_.stopped() && seconds() < end) std::this_thread::sleep_for(look);
    return events_.stopped();
  }

  void read_reports() {
    if (!leads_) return;
    for (std::string bytes; !(bytes = tail_.read()).empty();) {
      const double now = seconds();
      const std::size_t end = bytes.rfind('\n');  // half a line does not count, and may be cut off
      if (end != bytes.npos) note(tail_.bytes_read() - (bytes.size() - end - 1), now);
      reports_.add(bytes, now);
    }
  }

  /// The trials that rank 0's reports complete have not failed with another rank's command: rank 0 reports them.
  void pass_reported() {
    try {
      recall(size_of(folder_.told()));
      reports_.close();
    } catch (const std::runtime_error&) {  // rank 0 says what is wrong with them
    }
  }

  void check_silence() {
    const double timeout = experiment_.command->timeout;
    if (timeout == 0) return;
    const std::uintmax_t size =
        size_of(folder_.report()) + size_of(folder_.path / "stdout") + size_of(folder_.path / "stderr");
    if (std::exchange(size_, size) != size) heard_ = seconds();
    if (seconds() - heard_ > timeout)
      throw std::runtime_error(fmt::format("it has said nothing for {} s (timeout)", timeout));
  }

  /// Another rank whose command has failed may have removed the checkpoint: what ours saves after that is useless
  /// without the reports before it.
  std::nullopt_t stopped() {
    if (leads_) reports_.close();
    process_.reset();
    std::error_code ignored;
    const bool taken = leads_ && tail_.bytes_read() > 0 && !fs::exists(folder_.told(), ignored);
    if (taken) fs::remove_all(folder_.checkpoint, ignored);
    return std::nullopt;
  }

  Outcome conclude(const ProcessEnd& end) {
    const bool by_memory = end.status == 128 + SIGKILL || (end.signal == SIGKILL && out_of_memory_kills() > killed_);
    if (by_memory) return ended(Status::out_of_memory, "it was killed for want of memory");
    if (end.signal != 0) return ended(Status::failed, fmt::format("it was ended by signal {}", end.signal));
    if (end.status != 0) return ended(Status::failed, fmt::format("it ended with exit status {}", end.status));
    if (replaced()) return ended(Status::failed, "its file $STORMSWEEP_REPORT was replaced; append reports to it");
    if (keep_work_) keep_reports();
    if (leads_) reports_.finish(seconds());  // after which the master may remove the checkpoint
    std::error_code ignored;                 // a leftover is in nobody's way
    if (leads_ && !one_training_a_curve_) fs::remove_all(folder_.checkpoint, ignored);  // shared by the gang
    if (!keep_work_) fs::remove_all(folder_.path, ignored);
    return {};
  }

  /// Whether another file has replaced the link to the reports: nobody has read that file.
  bool replaced() const {
    std::error_code missing;
    return leads_ && fs::is_regular_file(fs::symlink_status(folder_.report(), missing));
  }

  /// Keeps the reports in the folder that stays, in place of its link to them.
  void keep_reports() const {
    std::error_code ignored;
    if (leads_ && !replaced() && fs::remove(folder_.report(), ignored))
      fs::copy_file(folder_.told(), folder_.report(), ignored);
  }

  void tell(CommandReports::Row row) {
    Outcome outcome;
    outcome.metrics = std::move(row.metrics);
    outcome.started = started_;
    outcome.finished = steady_unix_time().now();
    outcome.timings.wall = outcome.timings.train = row.seconds;
    events_.finished(row.milestone, std::move(outcome), std::move(row.epochs));
  }

  /// The outcome of a command that failed: what it said last, and where the rest is. A retry begins anew: reports may
  /// be what was wrong, and a state is useless without those before it.
  Outcome ended(Status status, const std::string& reason) {
    Outcome outcome;
    leads_ ? reports_.close() : pass_reported();
    keep_reports();
    outcome.status = status;
    outcome.error = experiment_.command->words[0] + ": " + reason;
    std::string said = last_line(folder_.path / "stderr");
    if (said.empty()) said = last_line(folder_.path / "stdout");
    if (!said.empty()) outcome.error += "; it said last: " + abbreviated(said);
    outcome.error += full_disk() ? "; the disk was full, so its folder is not kept"
                                 : std::string(see_folder) + folder_.path.string();
    process_.reset();  // stopped, it may still save its state, which is removed next
    std::error_code ignored;
    fs::remove_all(folder_.checkpoint, ignored);
    return outcome;
  }

  /// Removes the folder of a command that has filled the disk: all others would fail for want of space.
  bool full_disk() const {
    std::error_code error;
    const fs::space_info disk = fs::space(folder_.path, error);
    if (error || disk.available >= least_space) return false;
    fs::remove_all(folder_.path, error);
    return true;
  }

  /// Seconds since its start, without pauses.
  double seconds() const { return (awake_time() - begun_).count(); }

  const Experiment& experiment_;
  const RunEvents& events_;
  bool leads_, keep_work_, one_training_a_curve_;
  double started_ = steady_unix_time().now();
  const Seconds begun_ = awake_time();
  std::int64_t killed_ = out_of_memory_kills();
  CommandFolder folder_;
  std::size_t told_before_ = size_of(folder_.told());  ///< bytes, by starts that were stopped
  Tail tail_;
  CommandReports reports_;
  std::uintmax_t size_ = 0;  ///< of all that it has written
  double heard_ = 0;         ///< when size_ last grew
  std::optional<CommandProcess> process_;
};

}  // namespace

std::optional<Outcome> run_command(const Experiment& experiment, const Training& training, const RunContext& context,
                                   const RunEvents& events) {
  return CommandRun(experiment, training, context, events).run();
}

}  // namespace stormsweep
