#include "master/store/timed_trainings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "master/store/database.hpp"

namespace stormsweep {

void each_timed(SQLite::Database& database, const Experiment& experiment, std::string_view condition, std::size_t most,
                const std::function<void(const Configuration&, double)>& each) {
  SQLite::Statement select(database, fmt::format("SELECT configuration, wall_seconds FROM trials WHERE {} AND status = "
                                                 "'complete' AND wall_seconds IS NOT NULL ORDER BY id DESC LIMIT ?",
                                                 condition));
  select.bind(1, static_cast<std::int64_t>(most));
  while (select.executeStep())
    if (const auto configuration = parse_configuration(select.getColumn(0).getString(), experiment))
      each(*configuration, select.getColumn(1).getDouble());
}

TrainingTimes measure_trainings(const std::vector<std::filesystem::path>& databases, const std::string& search) {
  TrainingTimes all;
  double sum = 0, rank_seconds = 0;
  for (const auto& file : databases) {
    if (!holds_results(file)) continue;
    SQLite::Database database = open_for_reading(file);
    guarded(file, [&] {
      // Trials of a training are its milestones, so the longest took as long as the training.
      SQLite::Statement select(
          database,
          "SELECT count(*), total(wall), max(wall), total(cost) FROM (SELECT max(wall_seconds) AS wall, "
          "max(rank_seconds) AS cost FROM trials WHERE search = (SELECT id FROM searches WHERE name = ?) AND "
          "wall_seconds IS NOT NULL GROUP BY training)");
      select.bind(1, search);
      select.executeStep();
      all.count += static_cast<std::uint64_t>(select.getColumn(0).getInt64());
      sum += select.getColumn(1).getDouble();
      all.longest = std::max(all.longest, select.getColumn(2).getDouble());
      rank_seconds += select.getColumn(3).getDouble();
    });
  }
  if (all.count > 0) all.mean = sum / static_cast<double>(all.count);
  if (sum > 0) all.ranks = rank_seconds / sum;
  return all;
}

}  // namespace stormsweep
