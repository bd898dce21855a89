#include "master/store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "master/store/json_member.hpp"
#include "master/store/schema.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

bool may_pass(const SQLite::Exception& error) {
  constexpr std::array codes{SQLITE_BUSY, SQLITE_LOCKED,   SQLITE_FULL,    SQLITE_IOERR,
                             SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN};
  return std::find(codes.begin(), codes.end(), error.getErrorCode() & 0xff) != codes.end();
}

std::string problem(const SQLite::Exception& error) {
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_NOTADB:
      return "this is not a results database; give the name of one, or of a new file";
    case SQLITE_CORRUPT:
      return fmt::format("is damaged ({}); restore a copy of it, or name a new file", error.what());
    case SQLITE_CANTOPEN:
      return "cannot be opened or created; check that its folder exists and that you may write to it";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "may not be written; give yourself the right to write the file and its folder, or name another file";
    case SQLITE_FULL:
      return "the disk is full; free some space: what was committed is safe";
    case SQLITE_IOERR:
      return fmt::format("{}; check that the disk is there and not full: what was committed is safe", error.what());
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process keeps it locked; end that process, or name another file";
    default:
      return fmt::format("{}; check the file", error.what());
  }
}

/// Whether the file is empty: to be filled with our tables. Brings an older one up to date. Throws InputError where it
/// is another program's, or newer.
bool is_new(SQLite::Database& database, const std::filesystem::path& file) {
  // Asked first: who fills the file beside us commits tables and application_id together.
  const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (database.execAndGet("PRAGMA application_id").getInt() == application_id) {
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    if (version > schema_version)
      throw InputError(fmt::format(
          "{}: its schema is version {}, and this program knows up to {}; use the stormsweep that wrote it, or "
          "name another file",
          file.string(), version, schema_version));
    if (version < schema_version && sqlite3_db_readonly(database.getHandle(), "main") == 0) upgrade_tables(database);
    return false;
  }
  if (!empty) throw InputError(fmt::format("{}: this database is another program's; name another file", file.string()));
  return true;
}

}  // namespace

void refuse(const std::filesystem::path& file, const SQLite::Exception& error) {
  const std::string message = file.string() + ": " + problem(error);
  if (may_pass(error)) throw NotNow(message);
  throw InputError(message);
}

void refuse(const std::filesystem::path& file, const DamagedRow& error) {
  throw InputError(file.string() + ": " + error.what());
}

void check_database_name(const std::filesystem::path& file) {
  if (const std::string& name = file.native(); name == ":memory:" || name.starts_with("file:"))
    throw InputError(name + ": is no file to SQLite, which keeps results elsewhere under such a name; name a file");
}

SQLite::Database open_for_writing(const std::filesystem::path& file) {
  check_database_name(file);
  return guarded(file, [&] {
    SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout);
    const bool fresh = is_new(database, file);
    read_members_quickly(database);
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
    if (SQLite::Database writable(file, SQLite::OPEN_READWRITE, busy_timeout); is_new(writable, file))
      throw InputError(fmt::format("{}: holds no results; give the database that `run` wrote", file.string()));
    SQLite::Database database(file, SQLite::OPEN_READONLY, busy_timeout);
    read_members_quickly(database);
    return database;
  });
}

}  // namespace stormsweep
