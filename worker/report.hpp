#pragma once

#include "search/messages/wire.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

/// Sends `message` to the master. From any thread.
void report(Channel& channel, const wire::ToMaster& message);

}  // namespace stormsweep
