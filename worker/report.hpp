#pragma once

#include "search/messages/wire.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

/// Sends `message` to the master. From any thread.
void report(Channel& channel, const wire::ToMaster& message);

/// Tells the master that a trial has ended. Of a gang, the leader (rank 0) reports success, and the rank that fails
/// reports failure.
void report_end(Channel& channel, int rank, wire::Finished finished);

}  // namespace stormsweep
