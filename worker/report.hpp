#pragma once

#include "search/messages/wire.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

/// Sends `message` to the master. From any thread.
void report(Channel& channel, const wire::ToMaster& message);

/// Tells it that a trial has ended. The leader of a gang, its rank 0, reports how the gang fares; what goes wrong,
/// whoever it befalls.
void report_end(Channel& channel, int rank, wire::Finished finished);

}  // namespace stormsweep
