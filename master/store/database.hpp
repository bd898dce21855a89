#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <filesystem>

#include "master/store/damaged_row.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

/// How long, in milliseconds, to wait for a lock that another process holds while it commits.
inline constexpr int busy_timeout = 30'000;

/// A database, or a file beside it, cannot be used now (another process holds it, the disk is full), but perhaps later.
class NotNow : public InputError {
  using InputError::InputError;
};

/// Throws InputError where `file` is a folder, or a name that SQLite does not take for a file: ":memory:", "file:...".
void check_database_name(const std::filesystem::path& file);

/// Opens or creates a results database for writing: synchronous=FULL, rollback journal. A new file has the rights
/// that the umask leaves. Throws InputError: not a database, not one of ours, a newer schema, one that an older program
/// writes, an unwritable file or folder.
SQLite::Database open_for_writing(const std::filesystem::path& file);

/// Opens an existing results database for reading (temporary tables can be written). A commit that a crash left
/// half-written is rolled back first. A file of an older version is not changed: the result is an upgraded copy, which
/// takes time, and space in a temporary folder, in proportion to the file. Throws InputError as above, and where the
/// file is missing.
SQLite::Database open_for_reading(const std::filesystem::path& file);

/// Whether the file is there and has our tables. A run that was killed before it had made them left none: its journal
/// is rolled back first. Throws InputError as above.
bool holds_results(const std::filesystem::path& file);

/// Throws SQLite's error about `file`, or that of a damaged row, as an InputError with the remedy; NotNow where it may
/// pass.
[[noreturn]] void refuse(const std::filesystem::path& file, const SQLite::Exception& error);
[[noreturn]] void refuse(const std::filesystem::path& file, const DamagedRow& error);

/// The result of `work()`; SQLite's exceptions and DamagedRow become InputErrors about `file`.
template <class Work>
auto guarded(const std::filesystem::path& file, Work&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    refuse(file, error);
  } catch (const DamagedRow& error) {
    refuse(file, error);
  }
}

}  // namespace stormsweep
