#pragma once

#include <filesystem>

#include "experiments/task/task.hpp"
#include "search/base/time.hpp"
#include "search/messages/wire.hpp"
#include "search/space/space.hpp"
#include "worker/activity.hpp"
#include "worker/channel/mpi_channel.hpp"
#include "worker/staging/stage_orders.hpp"

namespace stormsweep {

/// Copies a search's data to this user's folder in `stage` whenever the master orders it, and reports the result, until
/// the master sends us to work or stops us. Then makes the context read the copies. `patience`: how long a mate may be
/// silent.
void stage_as_ordered(StageOrders& orders, const Space& space, const std::filesystem::path& stage, Seconds patience,
                      MpiChannel& channel, Activity& activity, TaskContext& context);

}  // namespace stormsweep
