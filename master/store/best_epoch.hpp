#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "search/space/space.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

/// The value by which trials of a search are compared, as an SQL expression over the columns of `trials`.
std::string choice_sql(std::string_view metric, MetricAt at);

/// The columns `best_epoch` and `best_metric`: where the curve of a complete trial, up to its milestone, is best by the
/// search's metric (at a tie the first epoch). They are computed from the table `epochs` alone, so they do not change
/// with a resume.
class BestEpochs {
 public:
  BestEpochs(SQLite::Database& database, std::string_view metric, Goal goal);

  struct Best {
    std::int64_t epoch;
    double value;
  };
  /// The best of the curve up to `milestone`, as far as the table has it.
  std::optional<Best> find(std::int64_t search, const Identity& curve, std::int64_t milestone);
  /// Sets both in `record`; to nothing where the curve is missing, or its metric never defined.
  void fill(std::int64_t search, TrialRecord& record);

 private:
  SQLite::Statement select_;
};

/// Recomputes them for all rows of a search, which now chooses by another metric.
void renew_best_epochs(SQLite::Database& database, std::int64_t search);
/// The same for all searches.
void renew_best_epochs(SQLite::Database& database);

}  // namespace stormsweep
