#include "master/store/column_names.hpp"

#include <array>

namespace stormsweep {

std::string_view to_string(ColumnKind kind) {
  constexpr std::array<std::string_view, 3> names{"hyperparameter", "metric", "profile"};
  return names.at(static_cast<std::size_t>(kind));
}

std::vector<std::string> column_names(SQLite::Database& database, ColumnKind kind, std::string_view experiment) {
  SQLite::Statement select(database,
                           "SELECT name FROM columns WHERE kind = ?1 AND (?2 = '' OR experiment = ?2) "
                           "GROUP BY name ORDER BY min(rowid)");
  select.bind(1, std::string(to_string(kind)));
  select.bind(2, std::string(experiment));
  std::vector<std::string> names;
  while (select.executeStep()) names.push_back(select.getColumn(0).getString());
  return names;
}

bool declare(SQLite::Database& database, ColumnKind kind, std::string_view experiment,
             const std::vector<std::string>& names) {
  SQLite::Statement insert(database, "INSERT OR IGNORE INTO columns (experiment, kind, name) VALUES (?, ?, ?)");
  int added = 0;
  for (const std::string& name : names) {
    insert.bind(1, std::string(experiment));
    insert.bind(2, std::string(to_string(kind)));
    insert.bind(3, name);
    added += insert.exec();
    insert.reset();
  }
  return added > 0;
}

}  // namespace stormsweep
