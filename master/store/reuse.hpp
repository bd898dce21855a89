#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

#include "search/space/space.hpp"

namespace stormsweep {

/// Which rows of another database may stand in a search.
struct ReuseOptions {
  std::int64_t search = 0;  ///< that they are to stand in
  std::string fingerprint;  ///< of its data
  bool only_kept = false;   ///< not those that --retry-failed lets wait
};

/// Copies trials that have ended, with their curves, from all searches of `from` that have the experiment and the data,
/// as far as they are of the space: of the same identity. They keep who trained them, and when; best epochs are worked
/// out anew, by the space's metric. What has ended in `into` already stays. All within a transaction that the caller
/// has begun. How many were copied. Throws InputError: see open_for_reading; an
/// experiment of the user's own by which trainings there are shared otherwise.
std::uint64_t reuse_trials(SQLite::Database& into, const Space& space, const ReuseOptions& options,
                           const std::filesystem::path& from);

}  // namespace stormsweep
