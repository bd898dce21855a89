#include "worker/report.hpp"

#include <cstdlib>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/output.hpp"

namespace stormsweep {

namespace {

constexpr int master = 0;  // its rank

}  // namespace

void report(Channel& channel, const wire::ToMaster& message) {
  channel.send(master, wire::encode(message));
}

void report_end(Channel& channel, int rank, wire::Finished finished) {
  if (rank == 0 || finished.outcome.status != Status::complete) report(channel, std::move(finished));
}

void die(const Channel& channel, const std::exception& error) {
  remark("worker {} on {}: {}\n", channel.rank(), host_name(), error.what());
  std::_Exit(exit_some_failed);
}

}  // namespace stormsweep
