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

/// A search that this process may write, and nobody else.
struct SearchLease {
  std::int64_t search = 0;   ///< searches.id
  bool resumed = false;      ///< it has trials already
  bool json_agrees = false;  ///< the first json_bytes bytes of the JSON lines are what the database holds
  std::uint64_t json_bytes = 0;
  std::optional<FileLock> json_lock;  ///< where there are JSON lines
  std::uint64_t reused = 0;           ///< trials that came from other databases
};

/// Tells spaces apart whose trials may share no more than a part, or number their trainings differently: a hash of the
/// axes, in their order, of exclusions, seed, method, and the sharing of epochs.
std::int64_t numbering(const Space& space);

/// Finds or makes the search `space.name` and becomes its writer, in one transaction. Trials that a dead job left
/// running wait again, and so do failed ones of the space under retry_failed (their attempts
/// counted afresh). Then what other
/// databases have of the space is copied. Throws InputError: see
/// Store.
SearchLease lease_search(SQLite::Database& database, const std::filesystem::path& file, const Space& space,
                         const std::string& fingerprint, const StoreOptions& options);

/// Ends the lease; trials that still run wait again.
void end_lease(SQLite::Database& database, std::int64_t search, const ProcessIdentity& writer);

}  // namespace stormsweep
