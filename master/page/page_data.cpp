#include "master/page/page_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "master/page/page_column.hpp"
#include "master/report/occupancy.hpp"
#include "master/report/schedule_replays.hpp"
#include "master/report/search_report.hpp"
#include "master/report/selection.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

/// The most parts of time, and ranks, in a timeline.
constexpr std::size_t timeline_parts = 600, timeline_ranks = 256;
/// The most trainings, and ranks, that are simulated.
constexpr std::size_t most_replayed = 2000, most_ranks = 4096;

/// How busy a rank is in each part of the time, from 0 to 9.
std::string busy_digits(const Occupancy& occupancy, std::size_t rank) {
  std::string digits;
  for (const double share : busy_shares(occupancy, rank, occupancy.makespan, timeline_parts))
    digits += static_cast<char>('0' + std::lround(9 * std::min(1.0, share)));
  return digits;
}

/// Where there are more ranks than are drawn, takes evenly spaced ones.
Json timeline_json(const std::filesystem::path& file, const Occupancy& occupancy) {
  Json ranks = Json::array();
  const std::size_t all = occupancy.ranks.size(), step = (all + timeline_ranks - 1) / timeline_ranks;
  for (std::size_t i = 0; i < all; i += step)
    ranks.push_back({{"rank", i + 1},
                     {"busy_seconds", short_number(occupancy.ranks[i].busy_seconds)},
                     {"wait_seconds", short_number(occupancy.ranks[i].wait_seconds)},
                     {"busy", busy_digits(occupancy, i)}});
  return {{"database", file.filename().string()},
          {"all_ranks", all},
          {"makespan_seconds", short_number(occupancy.makespan)},
          {"paused_seconds", short_number(occupancy.paused)},
          {"unplaced_seconds", short_number(occupancy.unplaced)},
          {"busy_share", short_number(occupancy.busy() / (occupancy.busy() + occupancy.idle()))},
          {"wait_seconds", short_number(occupancy.wait())},
          {"imbalance", short_number(occupancy.imbalance())},
          {"trials_per_hour", short_number(occupancy.trials_per_hour())},
          {"ranks", ranks}};
}

/// Replays of the trainings on other numbers of ranks, with both schedules: [{"ranks", "policies": [{"policy",
/// "makespan_seconds", "efficiency"}]}]. Many trainings are replaced by a random sample.
Json replays_json(std::vector<BusyInterval> intervals) {
  const MeasuredTrainings measured(std::move(intervals));
  const std::size_t count = measured.jobs.size();
  const auto jobs = count > most_replayed ? simulation::draw(measured.jobs, most_replayed, 0) : measured.jobs;
  Json rows = Json::array();
  for (std::size_t ranks = widest_gang(jobs); ranks <= std::min(jobs.size(), most_ranks); ranks *= 2) {
    simulation::Scenario scenario;
    scenario.ranks = ranks;
    scenario.latency = measured.latency;
    scenario.dispatch = dispatch_seconds;
    Json policies = Json::array();
    for (const simulation::Replay& replay : replay_policies(jobs, scenario))
      policies.push_back({{"policy", to_string(replayed_policies[policies.size()])},
                          {"makespan_seconds", short_number(replay.makespan)},
                          {"efficiency", short_number(replay.efficiency())}});
    rows.push_back({{"ranks", ranks}, {"policies", policies}});
  }
  return {{"database_trainings", count}, {"trainings", jobs.size()}, {"rows", rows}};
}

/// [[begin, end]] in whole seconds since `origin`, like all times.
Json pauses_json(std::vector<std::pair<double, double>> busy, const Json& origin) {
  Json pauses = Json::array();
  if (busy.empty() || origin.is_null()) return pauses;  // null: no start is a time
  const auto first = parse_utc(origin.get<std::string>()).value_or(0);
  for (const Pause& pause : pauses_between(std::move(busy)))
    pauses.push_back({std::llround(pause.begin) - first, std::llround(pause.end) - first});
  return pauses;
}

/// Adds, for each database that has the search, its progress and how its ranks spent their time.
void add_databases(const PageQuestion& question, Json& searches) {
  std::map<std::string, std::vector<std::pair<double, double>>> busy;  // of each search, in all databases
  for (const std::filesystem::path& file : question.databases)
    for (const SearchReport& report : report_searches(file, "")) {
      const auto search =
          std::find_if(searches.begin(), searches.end(), [&](const Json& json) { return json["name"] == report.name; });
      if (search == searches.end()) continue;
      (*search)["progress"].push_back(to_json(report));
      (*search)["progress"].back()["database"] = file.filename().string();
      const auto intervals = find_busy_intervals(file, report.name);
      if (intervals.empty()) continue;
      for (const BusyInterval& interval : intervals) busy[report.name].emplace_back(interval.begin, interval.end);
      const Occupancy occupancy = stormsweep::occupancy(intervals, 1);
      if (occupancy.makespan <= 0) continue;
      (*search)["timelines"].push_back(timeline_json(file, occupancy));
      if (search->contains("replays") || !deciding_method(file, report.name).empty()) continue;
      (*search)["replays"] = replays_json(intervals);
      (*search)["replays"]["database"] = file.filename().string();
    }
  for (Json& search : searches)
    search["pauses"] = pauses_json(std::move(busy[search["name"].get<std::string>()]), search["origin"]);
}

std::vector<std::string> search_names(const PageQuestion& question) {
  const Selection selection(question.databases, question.search, "0");
  std::vector<std::string> names;
  for (const SearchSummary& search : selection.searches()) names.push_back(search.name);
  return names;
}

}  // namespace

Json page_data(const PageQuestion& question) {
  Json json{{"version", STORMSWEEP_VERSION},
            {"made", utc_text(static_cast<std::int64_t>(unix_time()), "%Y-%m-%dT%H:%M:%SZ")},
            {"databases", Json::array()},
            {"searches", Json::array()}};
  for (const std::filesystem::path& file : question.databases) json["databases"].push_back(file.string());
  for (const std::string& name : search_names(question)) json["searches"].push_back(page_search(question, name));
  for (Json& search : json["searches"]) search["progress"] = search["timelines"] = Json::array();
  add_databases(question, json["searches"]);
  return json;
}

}  // namespace stormsweep
