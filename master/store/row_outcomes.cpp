#include "master/store/row_outcomes.hpp"

#include <fmt/format.h>

#include "master/store/best_epoch.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"

namespace stormsweep {

RowOutcomes read_row_outcomes(SQLite::Database& database, const std::string& search, const Space& space) {
  SQLite::Statement select(
      database, fmt::format("SELECT identity, {}, status = 'out_of_memory', CASE status WHEN 'complete' THEN {} END "
                            "FROM trials WHERE search = (SELECT id FROM searches WHERE name = ?)",
                            has_ended, choice_sql(space.metric, space.metric_at)));
  select.bind(1, search);
  RowOutcomes rows;
  while (select.executeStep()) {
    const auto identity = read_identity(select.getColumn(0));
    if (!identity) continue;  // damaged: as if it were missing
    std::optional<Ended>& ended = rows[*identity];
    if (select.getColumn(1).getInt() == 0) continue;
    ended = Ended{.value = {}, .out_of_memory = select.getColumn(2).getInt() != 0};
    if (!select.isColumnNull(3)) ended->value = select.getColumn(3).getDouble();
  }
  return rows;
}

}  // namespace stormsweep
