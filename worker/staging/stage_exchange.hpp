#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "worker/channel/relay.hpp"
#include "worker/staging/stage_folder.hpp"
#include "worker/staging/stage_progress.hpp"
#include "worker/staging/stage_reader.hpp"

namespace stormsweep {

/// Who hands which copies to whom: a pure function of what all ranks know, so that nobody has to ask.
struct StageRoutes {
  std::vector<int> machines;                         ///< of each place
  std::vector<std::set<std::int64_t>> wanted;        ///< by each machine
  std::map<std::int64_t, std::vector<int>> holders;  ///< places whose machines have a copy, ascending, one a machine

  /// Places on the same machine as `place`, ascending.
  std::vector<int> mates(int place) const;
  bool held_beside(int place, std::int64_t number) const;
  /// Numbers of the files that `from` hands to `to`, ascending. Holders take turns, and so do the ranks of a machine in
  /// fetching what it lacks.
  std::vector<std::int64_t> shipment(int from, int to) const;
  /// Those that `to` is handed, by whomever.
  std::vector<std::int64_t> fetched(int to) const;
};

struct ExchangedBytes {
  std::int64_t sent = 0, received = 0;
};

/// Hands copies round, in shifts: in shift s each place sends to the s-th after it. `held`: by this rank, where those
/// that only passed through are removed with their last sending. Throws std::runtime_error where a copy does not arrive
/// as it left, InputError where the folder does not take one, and what Relay throws.
ExchangedBytes exchange_copies(const StageRoutes& routes, const StagePlan& plan, StageFolder& folder,
                               const HeldCopies& held, StageProgress& progress, Relay& relay);

}  // namespace stormsweep
