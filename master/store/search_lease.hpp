#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "master/store/process_identity.hpp"
#include "master/store/store_types.hpp"
#include "search/base/file.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The exclusive right of this process to write a search.
struct SearchLease {
  std::int64_t search = 0;   ///< searches.id
  bool resumed = false;      ///< it had trials already
  bool json_agrees = false;  ///< the first json_bytes bytes of the JSON lines are what the database holds
  std::uint64_t json_bytes = 0;
  std::optional<FileLock> json_lock;  ///< set where JSON lines are written
  std::uint64_t reused = 0;           ///< trials copied from other databases
};

/// A hash that differs between spaces which number their trainings differently, or whose trials are not all the same:
/// of the axes in their order, exclusions, seed, method, and whether epochs are shared.
std::int64_t numbering(const Space& space);

/// Finds or creates the search `space.name` and makes this process its writer, in one transaction. Trials that a dead
/// job left running wait again, and so do failed ones of the space if retry_failed, with attempts counted from 1. Then
/// trials of the space are copied from other databases. Throws InputError: see Store.
SearchLease lease_search(SQLite::Database& database, const std::filesystem::path& file, const Space& space,
                         const std::string& fingerprint, const StoreOptions& options);

/// Ends the lease; trials that still run wait again.
void end_lease(SQLite::Database& database, std::int64_t search, const ProcessIdentity& writer);

}  // namespace stormsweep
