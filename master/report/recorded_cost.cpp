#include "master/report/recorded_cost.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "master/store/database.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/timed_trainings.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// Learns from the newest trials of all searches in the file.
void learn(TrainingCost& cost, const Experiment& experiment, const std::filesystem::path& file) {
  SQLite::Database database = open_for_reading(file);
  guarded(file, [&] {
    const std::string of_experiment =
        fmt::format("+search IN (SELECT id FROM searches WHERE experiment = {})", sql_literal(experiment.name));
    each_timed(database, experiment, of_experiment, CostModel::most_rows,
               [&](const Configuration& configuration, double seconds) { cost.learn(configuration, seconds); });
  });
}

}  // namespace

void expect_search_of(const Experiment& experiment, const std::filesystem::path& file, std::string_view place) {
  SQLite::Database database = open_for_reading(file);
  guarded(file, [&] {
    std::vector<std::string> names;
    SQLite::Statement select(database, "SELECT DISTINCT experiment FROM searches ORDER BY experiment");
    while (select.executeStep()) names.push_back(select.getColumn(0).getString());
    if (!contains(names, experiment.name))
      throw InputError(
          fmt::format("{} is {}: no search there is of {}; only its trials show what others would take; {}", place,
                      file.string(), experiment.name,
                      names.empty() ? "it holds none at all" : fmt::format("they are of {}", fmt::join(names, ", "))));
  });
}

TrainingCost read_cost(const Space& space, const std::filesystem::path& database) {
  TrainingCost cost(*space.experiment, space.cost);
  if (!space.cost.like.empty()) {
    expect_search_of(*space.experiment, space.cost.like, "cost.like");
    learn(cost, *space.experiment, space.cost.like);
  }
  if (holds_results(database)) learn(cost, *space.experiment, database);
  return cost;
}

}  // namespace stormsweep
