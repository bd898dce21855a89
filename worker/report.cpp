#include "worker/report.hpp"

#include <utility>

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

}  // namespace stormsweep
