#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// What was removed from a database.
struct Removed {
  std::uint64_t trials = 0;
  std::uint64_t curves = 0;    ///< curves of which no other ended trial is a part
  std::uint64_t networks = 0;  ///< kept by `run --keep-best`

  bool operator==(const Removed&) const = default;
};

/// Removes trials with their curves, kept networks, checkpoints and work folders of commands. The next run of the
/// search trains those that its space still has. JSON lines are rewritten, if need be by the next run. All or nothing:
/// networks and lines follow what is committed. Throws InputError: see open_for_writing; a search of theirs that is
/// being written; a network that cannot be removed; for a halving, trials that did not complete and whose bracket went
/// on without them, unless all trials that went on are deleted, too.
Removed delete_trials(const std::filesystem::path& file, const std::vector<TrialId>& trials);

/// The same, but the rows stay and wait, with attempts counted from 1. Rows that have not ended are left alone.
Removed rerun_trials(const std::filesystem::path& file, const std::vector<TrialId>& trials);

}  // namespace stormsweep
