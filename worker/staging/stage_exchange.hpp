#pragma once

#include <cstdint>

#include "worker/channel/relay.hpp"
#include "worker/staging/stage_folder.hpp"
#include "worker/staging/stage_progress.hpp"
#include "worker/staging/stage_reader.hpp"
#include "worker/staging/stage_routes.hpp"

namespace stormsweep {

struct ExchangedBytes {
  std::int64_t sent = 0, received = 0;
};

/// Exchanges copies between machines. First, in rings, the files that every machine wants: each machine forwards a copy
/// while it is still coming in, so that none sends it twice and all disks write at once. Then the other files in
/// shifts: in shift s each place sends to the s-th after it. `held`: copies that this rank holds; those in transit are
/// removed after their last sending. Files that go round a ring and are already on this machine must be under their
/// names and noted in `folder`. Throws std::runtime_error where a copy arrives corrupt, InputError where the folder
/// does not take one, and what Relay throws.
ExchangedBytes exchange_copies(StageRoutes routes, const StagePlan& plan, StageFolder& folder, const HeldCopies& held,
                               StageProgress& progress, Relay& relay);

}  // namespace stormsweep
