#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace stormsweep {

/// What merging one database into another has done.
struct Merged {
  std::uint64_t added = 0;  ///< trials that were not there
  std::uint64_t ended = 0;  ///< trials that waited or ran there, and have ended
  std::uint64_t kept = 0;   ///< trials that had ended in both: the row that was there stays

  Merged& operator+=(const Merged& other);
  bool operator==(const Merged&) const = default;
};

/// Adds the searches of the database `from` to those of `into`, all within a transaction that the caller has begun:
/// trials by identity, curves, columns, and what its method has decided (proposals, the extent of a budget). A row that
/// has ended replaces one that waits or runs, never the other way round, so that it may be repeated as `from` fills. A
/// trial runs in `into` only as long as the writer of `from` lives; else it waits. The caller makes the views anew
/// (create_views). JSON lines beside `into` are written anew by its next run.
///
/// `place` names `into` in messages. Throws InputError: `from` is missing, not a results database, of a newer schema; a
/// search in both that is of another experiment or of other data, shares trainings or has decided otherwise, or is
/// being written in `into`.
Merged merge_database(SQLite::Database& into, const std::filesystem::path& place, const std::filesystem::path& from);

/// The union of several databases, in a temporary file that SQLite deletes; to be read, so that it has nothing of what
/// methods have decided. Throws InputError as above.
SQLite::Database union_of(const std::vector<std::filesystem::path>& files);

}  // namespace stormsweep
