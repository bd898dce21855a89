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

/// Hands copies over. First what every machine wants, in rings: each machine hands it on as it comes in, so that none
/// sends it twice and all disks write at once. Then the others in shifts: in shift s each place sends to the s-th after
/// it. `held`: by this rank, where those that only passed through are removed with their last sending; of what goes
/// round all that this machine holds is in its place, and noted in `folder`. Throws std::runtime_error where a copy
/// does not arrive as it left, InputError where the folder does not take one, and what Relay throws.
ExchangedBytes exchange_copies(StageRoutes routes, const StagePlan& plan, StageFolder& folder, const HeldCopies& held,
                               StageProgress& progress, Relay& relay);

}  // namespace stormsweep
