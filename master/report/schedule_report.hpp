#pragma once

#include <filesystem>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "master/report/metric_comparison.hpp"
#include "master/report/occupancy.hpp"

namespace stormsweep {

/// How one schedule ran a search.
struct ScheduleRun {
  std::string schedule;  ///< "master-worker" or "synchronous"
  std::filesystem::path database;
  Occupancy occupancy;
};

/// Both schedules on the same space, ranks and data.
struct ScheduleReport {
  std::string search, experiment;
  std::vector<ScheduleRun> runs;  ///< on the same number of ranks
  MetricComparison metrics;       ///< of the first and the second run
};

/// {"search", "experiment", "ranks", "metrics": {...}, "schedules": [{"schedule", "database", "trials",
/// "makespan_seconds", "trials_per_hour", "imbalance", "busy_seconds", "idle_seconds", "wait_seconds", "ranks":
/// [{"rank", "busy_seconds", "idle_seconds", "wait_seconds", "busy": [[begin, end], ...]}]}]}
nlohmann::ordered_json to_json(const ScheduleReport& report);

/// For people, on a terminal `width` characters wide: the schedules side by side, and a line for each rank ('#' busy,
/// '.' idle), all on the same time scale. At most `most_lines` ranks of each are shown.
void print(std::ostream& out, const ScheduleReport& report, std::size_t width);
inline constexpr std::size_t most_lines = 64;

}  // namespace stormsweep
