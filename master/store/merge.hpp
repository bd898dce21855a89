#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stormsweep {

/// What merging one database into another has done.
struct Merged {
  std::uint64_t added = 0;  ///< trials that were not there
  std::uint64_t ended = 0;  ///< trials that waited or ran there, and now have ended
  std::uint64_t kept = 0;   ///< trials that had ended in both: the existing row stays

  Merged& operator+=(const Merged& other);
  bool operator==(const Merged&) const = default;
};

/// An SQL condition on `searches` of another database: those with the name of a search in `files`. Throws InputError:
/// see open_for_reading.
std::string searches_in(const std::vector<std::filesystem::path>& files);

/// Adds the searches of the database `from` to those of `into`: trials by identity, curves, columns, and what methods
/// have decided (proposals, the extent of a budget). All within a transaction that the caller has begun. An ended row
/// replaces one that waits or runs, never the other way round, so merging can be repeated as `from` grows. A trial that
/// runs in `from` runs in `into`, too, if the writer of `from` is alive; otherwise it waits. The caller recreates the
/// views (create_views). The next run of `into` rewrites its JSON lines.
///
/// `place` names `into` in messages. Throws InputError: `from` is missing, not a results database, of a newer schema; a
/// search in both that differs in experiment, data, sharing of trainings or decisions.
Merged merge_database(SQLite::Database& into, const std::filesystem::path& place, const std::filesystem::path& from);

/// The union of several databases, in a temporary file that SQLite deletes. Only for reading, so decisions of methods
/// are left out. Throws InputError as above.
SQLite::Database union_of(const std::vector<std::filesystem::path>& files);

}  // namespace stormsweep
