#include "master/store/decided_rung.hpp"

#include <fmt/format.h>

namespace stormsweep {

std::optional<DecidedRung> find_decided_rung(SQLite::Database& database, const std::string& condition,
                                             const std::string& later) {
  SQLite::Statement select(
      database,
      fmt::format("WITH begun AS (SELECT search, bracket, max(rung) AS last FROM trials WHERE bracket IS NOT NULL AND "
                  "{} GROUP BY 1, 2), "
                  "passed AS (SELECT search, bracket, rung FROM trials WHERE status <> 'complete' AND status IN "
                  "('failed', 'diverged', 'out_of_memory') AND {}) "
                  "SELECT (SELECT name FROM searches WHERE id = p.search), p.bracket, p.rung FROM passed p JOIN begun "
                  "b ON p.search = b.search AND p.bracket = b.bracket AND p.rung < b.last LIMIT 1",
                  later, condition));
  if (!select.executeStep()) return std::nullopt;
  return DecidedRung{select.getColumn(0).getString(), select.getColumn(1).getInt64(), select.getColumn(2).getInt64()};
}

}  // namespace stormsweep
