#include "master/report/recorded_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "master/report/selection.hpp"
#include "master/store/best_epoch.hpp"
#include "master/store/database.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/error.hpp"
#include "search/methods/sequence.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

namespace {

Space read_space_of(SQLite::Database& database, const std::filesystem::path& file, const std::string& search) {
  SQLite::Statement select(database, "SELECT space FROM searches WHERE name = ?");
  select.bind(1, search);
  select.executeStep();
  Space space =
      parse_space(select.getColumn(0).getString(), fmt::format("{}: space of {}", file.string(), search), "/");
  if (space.continuous_axes() > 0)
    throw InputError(
        fmt::format("{}: search '{}' draws from ranges; only a grid can be replayed", file.string(), search));
  space.method = {};  // a grid, by whatever method it was recorded
  return space;
}

/// Reads points of curves from `epochs`, then the trials themselves, including failed ones.
void read_points(SQLite::Database& database, const std::string& search, RecordedGrid& grid) {
  SQLite::Statement epochs(database, fmt::format("SELECT curve, epoch, {}, seconds FROM epochs "
                                                 "WHERE search = (SELECT id FROM searches WHERE name = ?)",
                                                 sql_member("metrics", grid.space.metric)));
  epochs.bind(1, search);
  while (epochs.executeStep()) {
    const auto curve = read_identity(epochs.getColumn(0));
    if (!curve || epochs.isColumnNull(2)) continue;
    grid.curves[*curve][epochs.getColumn(1).getInt64()] = {{epochs.getColumn(2).getDouble()},
                                                           epochs.getColumn(3).getDouble()};
  }
  SQLite::Statement trials(
      database,
      fmt::format("SELECT curve, ifnull(milestone, 0), CASE status WHEN 'complete' THEN {} END, wall_seconds, "
                  "status = 'out_of_memory', status <> 'complete' FROM trials WHERE search = "
                  "(SELECT id FROM searches WHERE name = ?) AND {}",
                  choice_sql(grid.space.metric, grid.space.metric_at), has_ended));
  trials.bind(1, search);
  while (trials.executeStep()) {
    const auto curve = read_identity(trials.getColumn(0));
    if (!curve) continue;  // damaged: as if it were missing
    Ended ended{.value = {}, .out_of_memory = trials.getColumn(4).getInt() != 0};
    if (!trials.isColumnNull(2)) ended.value = trials.getColumn(2).getDouble();
    RecordedGrid::Point point{.ended = ended, .seconds = {}, .failed = trials.getColumn(5).getInt() != 0};
    if (!trials.isColumnNull(3)) point.seconds = trials.getColumn(3).getDouble();
    grid.curves[*curve][trials.getColumn(1).getInt64()] = point;
  }
}

/// Where the search chooses by the best epoch, the value of a point is the best up to there.
void keep_best(RecordedGrid& grid) {
  for (auto& [identity, curve] : grid.curves) {
    std::optional<double> best;
    for (auto& [epochs, point] : curve) {
      std::optional<double>& value = point.ended.value;
      if (!value) continue;
      if (best && better(grid.space.goal, *best, *value)) value = best;
      best = value;
    }
  }
}

/// Throws InputError where the grid has more trials than are recorded. Checked first, as the grid may be too long to
/// walk through.
void check_size(const std::filesystem::path& file, Sequence& sequence, const RecordedGrid& grid) {
  std::uint64_t recorded = 0;
  for (const auto& [curve, points] : grid.curves) recorded += points.size();
  const auto trials = sequence.trials();
  if (trials && *trials > recorded)
    throw InputError(fmt::format("{}: at least {} of the {} trials of search '{}' are missing; run it to its end first",
                                 file.string(), *trials - recorded, *trials, grid.space.name));
}

/// Throws InputError where a trial of the grid is missing.
void check_complete(const std::filesystem::path& file, RecordedGrid& grid) {
  const auto sequence = grid_sequence(grid.space);
  check_size(file, *sequence, grid);
  std::uint64_t missing = 0, all = 0;
  const bool least = grid.space.goal == Goal::minimize;
  grid.best = least ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  for (auto training = sequence->next({0}); training; training = sequence->next({training->id.value + 1}))
    for (std::size_t k = 0; k < training->trials(); ++k, ++all) {
      const auto* point =
          grid.find(training->configuration, training->milestones.empty() ? 0 : training->milestones[k]);
      missing += point ? 0 : 1;
      if (point && point->ended.value)
        grid.best = least ? std::min(grid.best, *point->ended.value) : std::max(grid.best, *point->ended.value);
    }
  if (missing > 0)
    throw InputError(fmt::format("{}: {} of the {} trials of search '{}' are missing; run it to its end first",
                                 file.string(), missing, all, grid.space.name));
  if (std::isinf(grid.best))
    throw InputError(fmt::format("{}: no trial of search '{}' has a {}; replay one that has", file.string(),
                                 grid.space.name, grid.space.metric));
}

}  // namespace

const RecordedGrid::Point* RecordedGrid::find(const Configuration& configuration, std::int64_t epochs) const {
  const auto curve = curves.find(curve_identity(configuration, *space.experiment, space.seed));
  if (curve == curves.end()) return nullptr;
  const auto point = curve->second.find(epochs);
  if (point != curve->second.end()) return &point->second;
  const auto failure =
      std::find_if(curve->second.begin(), curve->second.end(), [](const auto& each) { return each.second.failed; });
  return failure == curve->second.end() ? nullptr : &failure->second;
}

RecordedGrid read_recorded_grid(const std::filesystem::path& file, const std::string& search) {
  SQLite::Database database = open_for_reading(file);
  return guarded(file, [&] {
    const std::string name = only_search(read_searches(database, file, search), file.string() + ":").name;
    RecordedGrid grid{.space = read_space_of(database, file, name), .curves = {}};
    read_points(database, name, grid);
    if (grid.space.metric_at == MetricAt::best) keep_best(grid);
    check_complete(file, grid);
    return grid;
  });
}

}  // namespace stormsweep
