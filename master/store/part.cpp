#include "master/store/part.hpp"

#include "master/store/database.hpp"

namespace stormsweep {

void write_part(const std::filesystem::path& file, const std::string& search, const std::optional<Part>& part) {
  guarded(file, [&] {
    SQLite::Database database = open_for_writing(file);
    if (!part && !database.tableExists("parts")) return;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(
        "CREATE TABLE IF NOT EXISTS parts (search INTEGER PRIMARY KEY REFERENCES searches(id), part INTEGER NOT NULL, "
        "parts INTEGER NOT NULL, trials INTEGER)");
    SQLite::Statement forget(database, "DELETE FROM parts WHERE search = (SELECT id FROM searches WHERE name = ?)");
    forget.bind(1, search);
    forget.exec();
    if (part) {
      SQLite::Statement insert(database, "INSERT INTO parts SELECT id, ?, ?, ? FROM searches WHERE name = ?");
      insert.bind(1, static_cast<std::int64_t>(part->share.index));
      insert.bind(2, static_cast<std::int64_t>(part->share.count));
      if (part->trials) insert.bind(3, static_cast<std::int64_t>(*part->trials));
      insert.bind(4, search);
      insert.exec();
    }
    transaction.commit();
  });
}

std::optional<Part> read_part(SQLite::Database& database, const std::string& search) {
  if (!database.tableExists("parts")) return std::nullopt;
  SQLite::Statement select(
      database, "SELECT part, parts, trials FROM parts WHERE search = (SELECT id FROM searches WHERE name = ?)");
  select.bind(1, search);
  if (!select.executeStep()) return std::nullopt;
  const auto whole = [&](int column) { return static_cast<std::uint64_t>(select.getColumn(column).getInt64()); };
  Part part{{whole(0), whole(1)}, {}};
  if (!select.isColumnNull(2)) part.trials = whole(2);
  return part;
}

}  // namespace stormsweep
