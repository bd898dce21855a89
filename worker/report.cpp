#include "worker/report.hpp"

namespace stormsweep {

namespace {

constexpr int master = 0;  // its rank

}  // namespace

void report(Channel& channel, const wire::ToMaster& message) {
  channel.send(master, wire::encode(message));
}

}  // namespace stormsweep
