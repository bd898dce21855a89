#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// What has gone from a database.
struct Removed {
  std::uint64_t trials = 0;
  std::uint64_t curves = 0;    ///< those that no other trial which has ended is a part of
  std::uint64_t networks = 0;  ///< kept by `run --keep-best`

  bool operator==(const Removed&) const = default;
};

/// Removes trials, their curves, kept networks, checkpoints and folders of commands: the next run of their search
/// trains what its space still has. JSON lines are written anew where they are, by the next run where that is not
/// possible. All or nothing: networks and lines follow what is committed. Throws InputError: see open_for_writing; a
/// search of theirs that is being written; a network that cannot be removed; of a halving, trials that did not complete
/// and whose bracket has gone on without them, unless all that went on is deleted too.
Removed delete_trials(const std::filesystem::path& file, const std::vector<TrialId>& trials);

/// Likewise, but the rows stay and wait, attempts counted afresh. Those that have not ended are left as they are.
Removed rerun_trials(const std::filesystem::path& file, const std::vector<TrialId>& trials);

}  // namespace stormsweep
