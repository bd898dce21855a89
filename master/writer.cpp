#include "master/writer.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace stormsweep {

Writer this_process() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const char* job = std::getenv("SLURM_JOB_ID");
  return {host.data(), getpid(), job ? job : "", unix_time()};
}

bool may_be_alive(const Writer& other, const Writer& self) {
  // A process number is used again, after a reboot or in a container: without a recent sign of life it says nothing.
  if (self.seen - other.seen > writer_patience) return false;
  if (other.host != self.host) return other.job.empty() || other.job != self.job;
  if (other.pid == self.pid) return false;
  return kill(static_cast<pid_t>(other.pid), 0) == 0 || errno == EPERM;
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace stormsweep
