#include "master/store/database.hpp"

#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "master/store/json_member.hpp"
#include "master/store/schema.hpp"
#include "master/store/search_writers.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

/// SQLite's error without its details, given errno after it. SQLite takes a disk that cannot be read for a damaged
/// file.
int code_of(const SQLite::Exception& error, int reason) {
  const int code = error.getErrorCode() & 0xff;
  return code == SQLITE_CORRUPT && reason == EIO ? SQLITE_IOERR : code;
}

bool may_pass(int code) {
  constexpr std::array codes{SQLITE_BUSY, SQLITE_LOCKED,   SQLITE_FULL,    SQLITE_IOERR,
                             SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN};
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// Whether locking itself fails, rather than another process holding the lock.
bool is_lockless(const SQLite::Exception& error) {
  constexpr std::array codes{SQLITE_IOERR_LOCK, SQLITE_IOERR_RDLOCK, SQLITE_IOERR_UNLOCK,
                             SQLITE_IOERR_CHECKRESERVEDLOCK};
  return std::find(codes.begin(), codes.end(), error.getExtendedErrorCode()) != codes.end();
}

/// `reason`: errno after it, by which SQLite, too, learns why the system refused.
std::string problem(const SQLite::Exception& error, int reason) {
  const char* why = reason == 0 ? error.what() : std::strerror(reason);
  if (is_lockless(error))
    return "its file system does not lock files; mount it with locks (Lustre: -o flock), or name a file on another one";
  if (error.getExtendedErrorCode() == SQLITE_READONLY_ROLLBACK)
    return "its writer was killed in the middle of a commit, which only one who may write the file can undo; let its "
           "owner run `stormsweep status` on it, or copy it together with its -journal";
  switch (code_of(error, reason)) {
    case SQLITE_NOTADB:
      return "this is not a results database; name another file";
    case SQLITE_CORRUPT:
      return fmt::format("is damaged ({}); restore a copy of it, or name another file", error.what());
    case SQLITE_CANTOPEN:
      return fmt::format("cannot be opened or created ({}); {}", why,
                         remedy_against(reason, "check that its folder exists and that you may write to it"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "may not be written; give yourself the right to write the file and its folder, or name another file";
    case SQLITE_FULL:
      return "the disk is full; free some space: what was committed is safe";
    case SQLITE_IOERR:
      return fmt::format(
          "cannot be read or written ({}); {}", why,
          remedy_against(reason, "check that the disk is there and not full: what was committed is safe"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      // SQLite says the same where NFS has no lock service.
      return "another process keeps it locked, or its file system cannot lock; end that process, or name another file";
    default:
      return fmt::format("{}; check the file", error.what());
  }
}

/// A file that is not there yet, with the rights of any other: SQLite gives it to its owner alone to write, whatever
/// the umask. What keeps it from being made SQLite will tell. One that is there is not opened, for to close it would
/// free the locks that this process has on it.
void create(const std::filesystem::path& file) {
  const Descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
}

/// Whether the file is empty: to be filled with our tables. Throws InputError where it is another program's, or newer.
bool is_new(SQLite::Database& database, const std::filesystem::path& file) {
  // Checked first: a process that fills the file at the same time commits tables and application_id together.
  const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (database.execAndGet("PRAGMA application_id").getInt() == application_id) {
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    if (version > schema_version)
      throw InputError(fmt::format(
          "{}: its schema is version {}, and this program knows up to {}; use the stormsweep that wrote it, or "
          "name another file",
          file.string(), version, schema_version));
    return false;
  }
  if (!empty) throw InputError(fmt::format("{}: this database is another program's; name another file", file.string()));
  return true;
}

bool is_old(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getInt() < schema_version;
}

/// Throws InputError where a program, perhaps an older one, is still writing the file: after an upgrade its rows would
/// lack new columns, and it would be refused later.
void upgrade(SQLite::Database& database, const std::filesystem::path& file) {
  SearchWriters(database, file).await_none("1");
  upgrade_tables(database);
}

/// For readers, who leave the file as it is. The copy is on disk, and deleted when it is closed.
SQLite::Database upgraded_copy(SQLite::Database& from) {
  SQLite::Database copy("", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  if (const int result = SQLite::Backup(copy, from).executeStep(); result != SQLITE_DONE)
    throw SQLite::Exception("is locked", result);
  read_members_quickly(copy);
  upgrade_tables(copy);
  return copy;
}

}  // namespace

void refuse(const std::filesystem::path& file, const SQLite::Exception& error) {
  const int reason = errno;
  const std::string message = file.string() + ": " + problem(error, reason);
  if (may_pass(code_of(error, reason))) throw NotNow(message);
  throw InputError(message);
}

void refuse(const std::filesystem::path& file, const DamagedRow& error) {
  throw InputError(file.string() + ": " + error.what());
}

void check_database_name(const std::filesystem::path& file) {
  std::error_code missing;
  if (std::filesystem::is_directory(file, missing))
    throw InputError(file.string() + ": is a folder; give the name of a database");
  if (const std::string& name = file.native(); name == ":memory:" || name.starts_with("file:"))
    throw InputError(name + ": SQLite does not take this name for a file; name a file");
}

SQLite::Database open_for_writing(const std::filesystem::path& file) {
  check_database_name(file);
  return guarded(file, [&] {
    create(file);
    SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout);
    const bool fresh = is_new(database, file);
    if (sqlite3_db_readonly(database.getHandle(), "main") != 0)
      throw SQLite::Exception("may not be written", SQLITE_READONLY);
    read_members_quickly(database);
    if (!fresh && is_old(database)) upgrade(database, file);
    // Overwriting the journal's head is cheaper than deleting it. The cache holds much of a large index on identities.
    database.exec("PRAGMA journal_mode = PERSIST; PRAGMA synchronous = FULL");
    database.exec("PRAGMA secure_delete = OFF; PRAGMA cache_size = -16384");
    if (fresh) {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      if (is_new(database, file)) create_tables(database);  // another process may have been quicker
      transaction.commit();
    }
    return database;
  });
}

SQLite::Database open_for_reading(const std::filesystem::path& file) {
  check_database_name(file);
  if (!std::filesystem::exists(file))
    throw InputError(fmt::format("{}: there is no such file; give the database that `run` wrote", file.string()));
  return guarded(file, [&] {
    // Only a connection that may write can roll back the journal of a writer that was killed in the middle of a commit.
    SQLite::Database writable(file, SQLite::OPEN_READWRITE, busy_timeout);
    if (is_new(writable, file))
      throw InputError(fmt::format("{}: holds no results; give the database that `run` wrote", file.string()));
    if (is_old(writable)) return upgraded_copy(writable);
    SQLite::Database database(file, SQLite::OPEN_READONLY, busy_timeout);
    read_members_quickly(database);
    return database;
  });
}

bool holds_results(const std::filesystem::path& file) {
  check_database_name(file);
  if (!std::filesystem::exists(file)) return false;
  return guarded(file, [&] {
    SQLite::Database writable(file, SQLite::OPEN_READWRITE, busy_timeout);
    return !is_new(writable, file);
  });
}

}  // namespace stormsweep
