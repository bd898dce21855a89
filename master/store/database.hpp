#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <filesystem>

#include "master/store/damaged_row.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

/// Another process may hold the file's lock while it commits; we wait so long, in milliseconds, before we give up.
inline constexpr int busy_timeout = 30'000;

/// A database, or what is written beside it, cannot be had now: another process holds it, its disk is full. Later it
/// may be.
class NotNow : public InputError {
  using InputError::InputError;
};

/// Throws InputError where `file` is a folder, or SQLite takes it for something else than a file of that name:
/// ":memory:", "file:...".
void check_database_name(const std::filesystem::path& file);

/// Opens or creates a results database for writing: synchronous=FULL, rollback journal. A new file has the rights
/// that the umask leaves. Throws InputError: not a database, not one of ours, a newer schema, one that an older program
/// writes, an unwritable file or folder.
SQLite::Database open_for_writing(const std::filesystem::path& file);

/// Opens an existing results database, which cannot be written through the result (temporary tables can). What a crash
/// left half-written is rolled back first. One of an older version stays as it is: the result is a copy that is brought
/// up to date, which takes time and room in a temporary folder as the file is large. Throws InputError as above, and
/// where the file is missing.
SQLite::Database open_for_reading(const std::filesystem::path& file);

/// Throws what SQLite says about `file`, or what a row in it has, as an InputError with the remedy, NotNow where it may
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
