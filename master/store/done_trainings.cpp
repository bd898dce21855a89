#include "master/store/done_trainings.hpp"

#include <SQLiteCpp/VariadicBind.h>

namespace stormsweep {

namespace {

constexpr std::uint64_t block_size = 4096;
constexpr std::size_t most_others = 100'000;

}  // namespace

DoneTrainings::DoneTrainings(SQLite::Database& database, std::int64_t search)
    : search_(search),
      select_(database, "SELECT training FROM trials WHERE search = ? AND training BETWEEN ? AND ?"),
      rows_(block_size) {
  SQLite::Statement select(database, "SELECT training FROM trials WHERE search = ? AND status <> 'complete' LIMIT ?");
  SQLite::bind(select, search, static_cast<std::int64_t>(most_others));
  while (select.executeStep()) others_.insert(static_cast<std::uint64_t>(select.getColumn(0).getInt64()));
  many_others_ = others_.size() == most_others;
}

bool DoneTrainings::has(TrainingId id, std::size_t trials) {
  if (many_others_ || others_.contains(id.value)) return false;
  const std::uint64_t block = id.value / block_size;
  if (block_ != block) read_block(block);
  return rows_[id.value % block_size] == trials;
}

void DoneTrainings::read_block(std::uint64_t block) {
  block_ = block;
  rows_.assign(block_size, 0);
  select_.tryReset();
  const auto first = static_cast<std::int64_t>(block * block_size);
  SQLite::bind(select_, search_, first, first + static_cast<std::int64_t>(block_size) - 1);
  // Counted here: GROUP BY takes twice as long where trainings are of one trial each.
  while (select_.executeStep()) ++rows_[static_cast<std::uint64_t>(select_.getColumn(0).getInt64()) % block_size];
  select_.reset();  // or the file would stay locked
}

}  // namespace stormsweep
