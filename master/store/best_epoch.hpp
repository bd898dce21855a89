#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "search/space/space.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

/// What the trials of a search compare by, as an expression over the columns of `trials`.
std::string choice_sql(std::string_view metric, MetricAt at);

/// The columns `best_epoch` and `best_metric`: where the curve of a complete trial, up to its milestone, is best by the
/// search's metric, the first epoch at a tie. They follow from the table `epochs` alone, so that they are the same
/// after a resume, and for every milestone of a training.
class BestEpochs {
 public:
  BestEpochs(SQLite::Database& database, std::string_view metric, Goal goal);

  struct Best {
    std::int64_t epoch;
    double value;
  };
  /// Of the curve up to `milestone`, as far as the table has it.
  std::optional<Best> find(std::int64_t search, const Identity& curve, std::int64_t milestone);
  /// Fills them in, with nothing where the curve is not there, or never defined.
  void fill(std::int64_t search, TrialRecord& record);

 private:
  SQLite::Statement select_;
};

/// Fills them in for all rows of a search: it chooses by another metric than when they were written.
void renew_best_epochs(SQLite::Database& database, std::int64_t search);
/// Of all searches.
void renew_best_epochs(SQLite::Database& database);

}  // namespace stormsweep
