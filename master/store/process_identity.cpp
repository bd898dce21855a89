#include "master/store/process_identity.hpp"

#include <unistd.h>

#include <string>

#include "search/base/machine.hpp"
#include "search/base/process.hpp"
#include "search/base/text.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

ProcessIdentity this_process() {
  return {host_name(), getpid(), std::string(environment("SLURM_JOB_ID")), unix_time()};
}

bool may_be_alive(const ProcessIdentity& other, const ProcessIdentity& self) {
  // A process number is used again, after a reboot or in a container: without a recent sign of life it says nothing.
  if (self.seen - other.seen > writer_patience) return false;
  if (other.host != self.host) return other.job.empty() || other.job != self.job;
  if (other.pid == self.pid) return false;
  return process::alive(static_cast<pid_t>(other.pid));
}

}  // namespace stormsweep
