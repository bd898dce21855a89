#include "master/store/process_identity.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

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
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const char* job = std::getenv("SLURM_JOB_ID");
  return {host.data(), getpid(), job ? job : "", unix_time()};
}

bool may_be_alive(const ProcessIdentity& other, const ProcessIdentity& self) {
  // A process number is used again, after a reboot or in a container: without a recent sign of life it says nothing.
  if (self.seen - other.seen > writer_patience) return false;
  if (other.host != self.host) return other.job.empty() || other.job != self.job;
  if (other.pid == self.pid) return false;
  return runs(other.pid);
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace stormsweep
