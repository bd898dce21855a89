#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// Which trainings of a resumed search are complete, by the number of their rows alone: read from the index in blocks
/// of trainings, which is ten times as fast as looking at each row. Only for a search whose rows all belong to its
/// present space (PresentRows), and in which each training has a number of its own, as all but rungs do.
class DoneTrainings {
 public:
  DoneTrainings(SQLite::Database& database, std::int64_t search);

  /// Whether all `trials` of the training are complete. False may also mean that it is not known: look at each row.
  bool has(TrainingId id, std::size_t trials);

 private:
  void read_block(std::uint64_t block);

  std::int64_t search_;
  SQLite::Statement select_;
  std::unordered_set<std::uint64_t> others_;  ///< trainings with rows that were not complete at the start
  bool many_others_ = false;                  ///< then the number of rows decides nothing
  std::optional<std::uint64_t> block_;        ///< the block in `rows_`
  std::vector<std::size_t> rows_;             ///< number of rows of each training in the block
};

}  // namespace stormsweep
