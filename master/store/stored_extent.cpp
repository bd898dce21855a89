#include "master/store/stored_extent.hpp"

#include "master/store/database.hpp"
#include "master/store/search_lease.hpp"
#include "search/space/extent.hpp"

namespace stormsweep {

namespace {

void bind(SQLite::Statement& statement, int index, const std::optional<double>& value) {
  if (value) statement.bind(index, *value);
}

}  // namespace

std::optional<std::uint64_t> read_extent(const std::filesystem::path& file, const Space& space) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  SQLite::Database database = open_for_reading(file);
  return guarded(file, [&]() -> std::optional<std::uint64_t> {
    if (!database.tableExists("budgets")) return std::nullopt;
    SQLite::Statement select(database,
                             "SELECT extent FROM budgets WHERE search = (SELECT id FROM searches WHERE name = ?) AND "
                             "numbering = ? AND hours IS ? AND rank_hours IS ?");
    select.bind(1, space.name);
    select.bind(2, numbering(space));
    bind(select, 3, space.limits.hours);
    bind(select, 4, space.limits.rank_hours);
    if (!select.executeStep()) return std::nullopt;
    return static_cast<std::uint64_t>(select.getColumn(0).getInt64());
  });
}

void keep_extent(const std::filesystem::path& file, const Space& sized) {
  guarded(file, [&] {
    SQLite::Database database = open_for_writing(file);
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(
        "CREATE TABLE IF NOT EXISTS budgets (search INTEGER PRIMARY KEY REFERENCES searches(id), numbering INTEGER NOT "
        "NULL, hours REAL, rank_hours REAL, extent INTEGER NOT NULL)");
    SQLite::Statement insert(database,
                             "INSERT OR REPLACE INTO budgets SELECT id, ?, ?, ?, ? FROM searches WHERE name = ?");
    insert.bind(1, numbering(sized));
    bind(insert, 2, sized.limits.hours);
    bind(insert, 3, sized.limits.rank_hours);
    insert.bind(4, static_cast<std::int64_t>(extent(sized).value()));
    insert.bind(5, sized.name);
    insert.exec();
    SQLite::Statement update(database, "UPDATE searches SET space = ? WHERE name = ?");
    SQLite::bind(update, sized.text, sized.name);
    update.exec();
    transaction.commit();
  });
}

}  // namespace stormsweep
