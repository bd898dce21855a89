#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "search/space/space.hpp"

namespace stormsweep {

/// Which rows of another database may stand in a search.
struct ReuseOptions {
  std::int64_t search = 0;  ///< the search that gets the rows
  std::string fingerprint;  ///< of its data
  bool only_kept = false;   ///< without those that --retry-failed would train again
};

/// Copies ended trials that belong to the space (by identity), with their curves, from all searches of `from` with the
/// same experiment and data. Rows that lack hyperparameters, because the experiment got them later, count as having
/// their defaults. The rows keep who trained them, and when; best epochs are recomputed by the space's metric. Trials
/// that have ended in `into` already stay. All within a transaction that the caller has begun. Returns how many were
/// copied. Throws InputError: see open_for_reading; an experiment of the user's own that shares trainings differently
/// there.
std::uint64_t reuse_trials(SQLite::Database& into, const Space& space, const ReuseOptions& options,
                           const std::filesystem::path& from);

/// A line where rows of the search in `file` are none of its trials any more, because they lack hyperparameters: how
/// many, which, and the remedy. Empty, and found at a glance, where its oldest row lacks none, or there is no file.
/// Throws InputError: see open_for_reading.
std::string rows_of_earlier_experiment(const std::filesystem::path& file, const Space& space);

}  // namespace stormsweep
