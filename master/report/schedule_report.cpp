#include "master/report/schedule_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "search/base/table.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Occupancy::Rank& rank, std::size_t number) {
  return {{"rank", number},
          {"busy_seconds", rank.busy_seconds},
          {"idle_seconds", rank.idle_seconds},
          {"wait_seconds", rank.wait_seconds},
          {"busy", rank.busy}};
}

Json to_json(const ScheduleRun& run) {
  const Occupancy& o = run.occupancy;
  Json json{{"schedule", run.schedule},
            {"database", run.database.string()},
            {"trials", o.trials},
            {"makespan_seconds", o.makespan},
            {"trials_per_hour", o.trials_per_hour()},
            {"imbalance", o.imbalance()},
            {"busy_seconds", o.busy()},
            {"idle_seconds", o.idle()},
            {"wait_seconds", o.wait()},
            {"ranks", Json::array()}};
  for (std::size_t i = 0; i < o.ranks.size(); ++i) json["ranks"].push_back(to_json(o.ranks[i], i + 1));
  return json;
}

Table summary(const ScheduleReport& report) {
  Table table;
  table.header = {"schedule", "trials", "makespan", "trials/hour", "imbalance", "busy", "idle", "waiting for work"};
  table.numeric.assign(table.header.size(), true);
  table.numeric[0] = false;
  for (const ScheduleRun& run : report.runs) {
    const Occupancy& o = run.occupancy;
    const double whole = std::max(o.busy() + o.idle(), 1e-9);
    table.rows.push_back(
        {run.schedule, std::to_string(o.trials), fmt::format("{:.3f} s", o.makespan), rate_text(o.trials_per_hour()),
         fmt::format("{:.3f}", o.imbalance()), fmt::format("{:.1f} %", 100 * o.busy() / whole),
         fmt::format("{:.1f} %", 100 * o.idle() / whole), fmt::format("{:.1f} %", 100 * o.wait() / whole)});
  }
  return table;
}

std::string verdict(const MetricComparison& m) {
  if (m.equal()) return fmt::format("all {} metrics of {} trials are the same to the last bit", m.values, m.trials);
  return fmt::format("{} of {} values differ, {} trials are in one database only; the first: {}", m.differing, m.values,
                     m.unmatched, m.example);
}

void print_ranks(std::ostream& out, const ScheduleRun& run, double seconds, std::size_t width) {
  const auto& ranks = run.occupancy.ranks;
  out << fmt::format("\n{}\n", run.schedule);
  for (std::size_t i = 0; i < std::min(ranks.size(), most_lines); ++i) {
    const std::string head = fmt::format("rank {:<5} busy {:>9.3f} s  idle {:>9.3f} s  ", i + 1, ranks[i].busy_seconds,
                                         ranks[i].idle_seconds);
    const std::string line = timeline(run.occupancy, i, seconds, std::max(width, head.size() + 10) - head.size());
    out << head << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
  if (ranks.size() > most_lines)
    out << fmt::format("... and {} more ranks: --format json\n", ranks.size() - most_lines);
}

}  // namespace

Json to_json(const ScheduleReport& report) {
  const MetricComparison& m = report.metrics;
  Json json{{"search", report.search},
            {"experiment", report.experiment},
            {"ranks", report.runs[0].occupancy.ranks.size()},
            {"metrics",
             {{"equal", m.equal()},
              {"trials", m.trials},
              {"values", m.values},
              {"differing", m.differing},
              {"unmatched", m.unmatched},
              {"example", m.example}}},
            {"schedules", Json::array()}};
  for (const ScheduleRun& run : report.runs) json["schedules"].push_back(to_json(run));
  return json;
}

void print(std::ostream& out, const ScheduleReport& report, std::size_t width) {
  Table table = summary(report);
  table.footnotes = {"", verdict(report.metrics)};
  out << fmt::format("search {} (experiment {}) on {} ranks\n\n", report.search, report.experiment,
                     report.runs[0].occupancy.ranks.size())
      << to_text(table);
  double longest = 0;
  for (const ScheduleRun& run : report.runs) longest = std::max(longest, run.occupancy.makespan);
  for (const ScheduleRun& run : report.runs) print_ranks(out, run, std::max(longest, 1e-9), width);
}

}  // namespace stormsweep
