#include "master/store/process_identity.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "search/base/machine.hpp"
#include "search/base/text.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

/// A zombie has ended, though its number is still taken: its parent, a killed mpirun's init say, has not asked yet.
bool runs(std::int64_t pid) {
  if (kill(static_cast<pid_t>(pid), 0) != 0 && errno != EPERM) return false;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(file, stat);
  const std::size_t name_end = stat.rfind(')');  // "pid (name) state ..."
  return name_end == std::string::npos || name_end + 2 >= stat.size() || stat[name_end + 2] != 'Z';
}

}  // namespace

ProcessIdentity this_process() {
  return {host_name(), getpid(), std::string(environment("SLURM_JOB_ID")), unix_time()};
}

bool may_be_alive(const ProcessIdentity& other, const ProcessIdentity& self) {
  // A process number is used again, after a reboot or in a container: without a recent sign of life it says nothing.
  if (self.seen - other.seen > writer_patience) return false;
  if (other.host != self.host) return other.job.empty() || other.job != self.job;
  if (other.pid == self.pid) return false;
  return runs(other.pid);
}

}  // namespace stormsweep
