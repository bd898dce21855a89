#include "master/store/process_identity.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "search/base/duration.hpp"
#include "search/base/machine.hpp"
#include "search/base/process.hpp"
#include "search/base/text.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

constexpr double long_silent = 3600;               // seconds, by the clocks of two hosts
constexpr Seconds two_signs = 2.5 * sign_of_life;  // in which two come, if any do

/// The first line of a file in /proc/<process>; empty where it cannot be read.
std::string told_of(const std::string& process, const std::string& what) {
  std::ifstream file("/proc/" + process + "/" + what);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The scope of process ids: the host or, in a container, its PID namespace. A restarted container may have the same
/// name and process id on another machine, or after a reboot, hence the boot id.
std::string place_of_processes() {
  constexpr const char* whole_machine = "pid:[4026531836]";  // PROC_PID_INIT_INO of linux/proc_ns.h
  std::error_code unknown;
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", unknown).string();
  if (space.empty() || space == whole_machine) return host_name();
  return fmt::format("{} ({} of boot {})", host_name(), space, told_of("sys", "kernel/random/boot_id").substr(0, 8));
}

/// When a process started, in seconds since 1970 (proc(5), stat, field 22: clock ticks since the machine started).
double start_of(const std::string& process) {
  const std::string stat = told_of(process, "stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));  // fields from the third on
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  timespec up{};
  clock_gettime(CLOCK_BOOTTIME, &up);
  return unix_time() - (static_cast<double>(up.tv_sec) - ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

/// As far as their clocks agree: "3 min 20 s".
std::string silence(const ProcessIdentity& writer, const ProcessIdentity& self) {
  return spoken(Seconds(std::max(0.0, self.seen - writer.seen)));
}

/// Whether job `before` is over because it has been requeued as `now`, under the same number.
bool is_requeued(const std::string& before, const std::string& now) {
  const auto number = [](const std::string& job) { return job.substr(0, job.find('.')); };
  return !before.empty() && before != now && number(before) == number(now);
}

}  // namespace

ProcessIdentity onlooker() {
  ProcessIdentity self = this_process();
  self.job.clear();
  return self;
}

ProcessIdentity this_process() {
  std::string job(environment("SLURM_JOB_ID"));
  if (const std::string_view restarts = environment("SLURM_RESTART_COUNT"); !job.empty() && !restarts.empty())
    job += fmt::format(".{}", restarts);
  return {place_of_processes(), getpid(), job, unix_time()};
}

std::string being_written(const std::string& search, const ProcessIdentity& writer, const ProcessIdentity& self) {
  return fmt::format("search '{}' is being written by process {} on {}, which last did so {} ago", search, writer.pid,
                     writer.host, silence(writer, self));
}

bool may_be_alive(const ProcessIdentity& other, const ProcessIdentity& self) {
  const bool seen_of_late = self.seen - other.seen <= writer_patience;
  if (other.host != self.host) return seen_of_late && !is_requeued(other.job, self.job);
  if (other.pid == self.pid || !process::alive(static_cast<pid_t>(other.pid))) return false;
  // After a reboot, or in a container, another process may have the same id. But a living writer may also be blocked
  // for longer than its sign of life lasts.
  const std::string pid = std::to_string(other.pid);
  return seen_of_late || (told_of(pid, "comm") == told_of("self", "comm") && start_of(pid) <= other.seen);
}

bool WriterWatch::may_be_alive(const std::optional<ProcessIdentity>& writer, const ProcessIdentity& self, Seconds now) {
  undecided_ = false;
  if (!writer) return false;
  if (writer->host == self.host || is_requeued(writer->job, self.job)) return stormsweep::may_be_alive(*writer, self);
  if (sign_ != writer) {
    changed_ = sign_.has_value();
    sign_ = writer;
    since_ = now;
  }
  const bool silent = now - since_ >= patience(*writer, self);
  undecided_ = !changed_ && !silent;
  return !silent;
}

std::string WriterWatch::doubt(const std::string& search, const ProcessIdentity& self) const {
  return fmt::format(
      "search '{}' was last written on {}, {} ago; waiting up to {:g} s to see whether that run still lives", search,
      sign_->host, silence(*sign_, self), patience(*sign_, self).count());
}

Seconds WriterWatch::patience(const ProcessIdentity& writer, const ProcessIdentity& self) const {
  return self.seen - writer.seen > long_silent ? std::min(patience_, two_signs) : patience_;
}

}  // namespace stormsweep
