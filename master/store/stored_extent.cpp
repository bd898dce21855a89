#include "master/store/stored_extent.hpp"

#include <tuple>

#include "master/store/database.hpp"
#include "master/store/search_lease.hpp"
#include "search/space/extent.hpp"

namespace stormsweep {

namespace {

void bind(SQLite::Statement& statement, int index, const std::optional<double>& value) {
  if (value) statement.bind(index, *value);
}

void make_table(SQLite::Database& database) {
  database.exec(
      "CREATE TABLE IF NOT EXISTS budgets (search INTEGER PRIMARY KEY REFERENCES searches(id), numbering INTEGER NOT "
      "NULL, hours REAL, rank_hours REAL, extent INTEGER NOT NULL)");
}

/// A row of the table, without its search.
using Row = std::tuple<std::int64_t, std::optional<double>, std::optional<double>, std::int64_t>;

std::optional<Row> read_row(SQLite::Database& database, std::int64_t search) {
  if (!database.tableExists("budgets")) return std::nullopt;
  SQLite::Statement select(database, "SELECT numbering, hours, rank_hours, extent FROM budgets WHERE search = ?");
  select.bind(1, search);
  if (!select.executeStep()) return std::nullopt;
  const auto real = [&](int column) {
    return select.isColumnNull(column) ? std::nullopt : std::optional(select.getColumn(column).getDouble());
  };
  return Row{select.getColumn(0).getInt64(), real(1), real(2), select.getColumn(3).getInt64()};
}

}  // namespace

std::optional<std::uint64_t> read_extent(const std::filesystem::path& file, const Space& space) {
  if (!holds_results(file)) return std::nullopt;
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
    make_table(database);
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

bool copy_extent(SQLite::Database& from, std::int64_t search, SQLite::Database& into, std::int64_t target) {
  const auto row = read_row(from, search);
  if (!row) return true;
  if (const auto there = read_row(into, target)) return there == row;
  make_table(into);
  SQLite::Statement insert(into, "INSERT INTO budgets VALUES (?, ?, ?, ?, ?)");
  insert.bind(1, target);
  insert.bind(2, std::get<0>(*row));
  bind(insert, 3, std::get<1>(*row));
  bind(insert, 4, std::get<2>(*row));
  insert.bind(5, std::get<3>(*row));
  insert.exec();
  return true;
}

}  // namespace stormsweep
