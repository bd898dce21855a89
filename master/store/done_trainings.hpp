#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// Which trainings of a search that is resumed are complete, from the numbers of their rows alone: a block of trainings
/// at a time from the index, where a look at each row takes ten times as long. Of a search whose rows are all of its
/// space as it is now (PresentRows), and whose trainings have numbers of their own, as all but rungs do.
class DoneTrainings {
 public:
  DoneTrainings(SQLite::Database& database, std::int64_t search);

  /// Whether the training's `trials` are all complete. False may also mean that each row is to be looked at.
  bool has(TrainingId id, std::size_t trials);

 private:
  void read_block(std::uint64_t block);

  std::int64_t search_;
  SQLite::Statement select_;
  std::unordered_set<std::uint64_t> others_;  ///< trainings with rows that were not complete at the start
  bool many_others_ = false;                  ///< then nothing is told from numbers
  std::optional<std::uint64_t> block_;        ///< that `rows_` is of
  std::vector<std::size_t> rows_;             ///< of each training of the block
};

}  // namespace stormsweep
