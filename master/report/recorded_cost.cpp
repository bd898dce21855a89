#include "master/report/recorded_cost.hpp"

#include "master/store/database.hpp"

namespace stormsweep {

namespace {

/// The newest, of all searches of the file.
void learn(TrainingCost& cost, const Experiment& experiment, const std::filesystem::path& file) {
  SQLite::Database database = open_for_reading(file);
  guarded(file, [&] {
    SQLite::Statement select(database,
                             "SELECT configuration, wall_seconds FROM trials WHERE +search IN (SELECT id FROM searches "
                             "WHERE experiment = ?) "
                             "AND status = 'complete' AND wall_seconds IS NOT NULL ORDER BY id DESC LIMIT ?");
    SQLite::bind(select, experiment.name, static_cast<std::int64_t>(CostModel::most_rows));
    while (select.executeStep())
      if (const auto configuration = parse_configuration(select.getColumn(0).getString(), experiment))
        cost.learn(*configuration, select.getColumn(1).getDouble());
  });
}

}  // namespace

TrainingCost read_cost(const Space& space, const std::filesystem::path& database) {
  TrainingCost cost(*space.experiment, space.cost);
  if (!space.cost.like.empty()) learn(cost, *space.experiment, space.cost.like);
  if (std::filesystem::exists(database)) learn(cost, *space.experiment, database);
  return cost;
}

}  // namespace stormsweep
