#include "master/store/stored_share.hpp"

#include <fmt/format.h>

#include "master/store/database.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

void write_share(const std::filesystem::path& file, const std::string& search,
                 const std::optional<StoredShare>& share) {
  guarded(file, [&] {
    SQLite::Database database = open_for_writing(file);
    if (!share && !database.tableExists("parts")) return;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(
        "CREATE TABLE IF NOT EXISTS parts (search INTEGER PRIMARY KEY REFERENCES searches(id), part INTEGER NOT NULL, "
        "parts INTEGER NOT NULL, trials INTEGER)");
    forget_share(database, search);
    if (share) {
      SQLite::Statement insert(database, "INSERT INTO parts SELECT id, ?, ?, ? FROM searches WHERE name = ?");
      insert.bind(1, static_cast<std::int64_t>(share->share.index));
      insert.bind(2, static_cast<std::int64_t>(share->share.count));
      if (share->trials) insert.bind(3, static_cast<std::int64_t>(*share->trials));
      insert.bind(4, search);
      insert.exec();
    }
    transaction.commit();
  });
}

void forget_share(SQLite::Database& database, const std::string& search) {
  if (!database.tableExists("parts")) return;
  SQLite::Statement forget(database, "DELETE FROM parts WHERE search = (SELECT id FROM searches WHERE name = ?)");
  forget.bind(1, search);
  forget.exec();
}

void refuse_other_division(const std::filesystem::path& file, const std::string& search, const Share& share) {
  if (!holds_results(file)) return;
  SQLite::Database database = open_for_reading(file);
  guarded(file, [&] {
    const auto there = read_share(database, search);
    if (!there || there->share.count == share.count) return;
    SQLite::Statement any(
        database, "SELECT EXISTS (SELECT 1 FROM trials WHERE search = (SELECT id FROM searches WHERE name = ?))");
    any.bind(1, search);
    any.executeStep();
    if (any.getColumn(0).getInt() == 0) return;
    throw InputError(fmt::format(
        "{}: --share is {}/{}, and search '{}' there is part {} of {}; give --share {}/{}, or name another --results",
        file.string(), share.index, share.count, search, there->share.index, there->share.count, there->share.index,
        there->share.count));
  });
}

std::optional<StoredShare> read_share(SQLite::Database& database, const std::string& search) {
  if (!database.tableExists("parts")) return std::nullopt;
  SQLite::Statement select(
      database, "SELECT part, parts, trials FROM parts WHERE search = (SELECT id FROM searches WHERE name = ?)");
  select.bind(1, search);
  if (!select.executeStep()) return std::nullopt;
  const auto whole = [&](int column) { return static_cast<std::uint64_t>(select.getColumn(column).getInt64()); };
  StoredShare share{{whole(0), whole(1)}, {}};
  if (!select.isColumnNull(2)) share.trials = whole(2);
  return share;
}

}  // namespace stormsweep
