#include "master/cli/compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "master/report/occupancy.hpp"
#include "master/schedule/simulation.hpp"
#include "search/base/error.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

using namespace simulation;
using Json = nlohmann::ordered_json;

/// What the master itself spends on a training: 50,000 noop trials a second (experiments/benchmarks/dispatch.py).
constexpr double dispatch_seconds = 2e-5;

constexpr Policy policies[] = {Policy::fifo, Policy::longest_first, Policy::synchronous};

/// What is replayed, and how well a replay tells what was measured.
struct Measured {
  std::vector<Job> jobs;  ///< in grid order
  Occupancy occupancy;
  double latency = 0;
  double replayed = 0;  ///< makespan of the measured order on the measured ranks
};

Measured measure(std::vector<BusyInterval> intervals) {
  Measured measured;
  const auto jobs_of = [&] {
    std::vector<Job> jobs;
    for (const BusyInterval& i : intervals) jobs.push_back({i.end - i.begin, static_cast<int>(i.ranks.size())});
    return jobs;
  };
  measured.jobs = jobs_of();
  measured.occupancy = occupancy(intervals, 1);
  measured.latency = measured.occupancy.latency();
  std::stable_sort(intervals.begin(), intervals.end(),
                   [](const BusyInterval& a, const BusyInterval& b) { return a.begin < b.begin; });
  Scenario scenario;
  scenario.ranks = measured.occupancy.ranks.size();
  scenario.latency = measured.latency;
  scenario.dispatch = dispatch_seconds;
  measured.replayed = replay(jobs_of(), scenario).makespan;
  return measured;
}

struct Row {
  std::size_t ranks;
  std::vector<Replay> replays;  ///< one a policy
};

std::vector<Row> replay_all(const ReplayQuestion& question, std::span<const Job> jobs, double latency) {
  const int widest =
      std::max_element(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.gang < b.gang; })->gang;
  std::vector<Row> rows;
  for (const std::size_t ranks : question.ranks) {
    if (ranks < static_cast<std::size_t>(widest))
      throw InputError(fmt::format("{}: --ranks has {}, and some trainings ran on {} ranks together; give {} or more",
                                   question.database.string(), ranks, widest, widest));
    Row& row = rows.emplace_back(Row{ranks, {}});
    for (const Policy policy : policies) {
      Scenario scenario;
      scenario.ranks = ranks;
      scenario.policy = policy;
      scenario.latency = latency;
      scenario.dispatch = dispatch_seconds;
      scenario.failures_per_hour = question.failures_per_hour;
      scenario.restart = question.restart;
      scenario.seed = question.seed;
      row.replays.push_back(replay(jobs, scenario));
    }
  }
  return rows;
}

Json to_json(const Measured& measured, std::size_t trainings, const std::vector<Row>& rows) {
  Json json{{"measured",
             {{"ranks", measured.occupancy.ranks.size()},
              {"trainings", measured.jobs.size()},
              {"trials", measured.occupancy.trials},
              {"makespan_seconds", measured.occupancy.makespan},
              {"latency_seconds", measured.latency},
              {"replayed_makespan_seconds", measured.replayed}}},
            {"trainings", trainings},
            {"replays", Json::array()}};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.replays.size(); ++i) {
      const Replay& r = row.replays[i];
      json["replays"].push_back({{"ranks", row.ranks},
                                 {"policy", to_string(policies[i])},
                                 {"makespan_seconds", json_or_null(r.makespan)},
                                 {"efficiency", r.efficiency()},
                                 {"imbalance", r.imbalance()},
                                 {"idle_seconds", json_or_null(r.idle())},
                                 {"trainings_per_hour", r.trials_per_hour(trainings)},
                                 {"failures", r.failures},
                                 {"restarts", r.restarts}});
    }
  }
  return json;
}

std::string cell(const Replay& replay) {
  if (!std::isfinite(replay.makespan)) return "never ends";
  return fmt::format("{:.3f} s {:5.1f} %", replay.makespan, 100 * replay.efficiency());
}

void print(const ReplayQuestion& question, const Measured& measured, std::size_t trainings,
           const std::vector<Row>& rows) {
  Table table;
  table.title = fmt::format("{} trainings of {}: makespan and efficiency (work / ranks x makespan)", grouped(trainings),
                            question.database.string());
  table.header = {"ranks"};
  for (const Policy policy : policies) table.header.emplace_back(to_string(policy));
  table.numeric.assign(table.header.size(), true);
  for (const Row& row : rows) {
    auto& cells = table.rows.emplace_back(std::vector{std::to_string(row.ranks)});
    for (const Replay& replay : row.replays) cells.push_back(cell(replay));
  }
  const Occupancy& o = measured.occupancy;
  table.footnotes = {
      fmt::format("measured on {} ranks: {:.3f} s; replayed in the order measured: {:.3f} s", o.ranks.size(),
                  o.makespan, measured.replayed),
      fmt::format("between two trainings of a rank {:.3g} ms (median measured), of a master {:.3g} ms a training",
                  1000 * measured.latency, 1000 * dispatch_seconds)};
  if (question.failures_per_hour > 0)
    table.footnotes.push_back(fmt::format("{} failures an hour and rank; {} s to start a job again",
                                          question.failures_per_hour, question.restart));
  std::cout << to_text(table);
}

}  // namespace

int compare_replays(const ReplayQuestion& question) {
  const Measured measured = measure(read_busy_intervals(question.database, question.search));
  const std::vector<Job> jobs = question.trials ? draw(measured.jobs, *question.trials, question.seed) : measured.jobs;
  const std::vector<Row> rows = replay_all(question, jobs, measured.latency);
  if (question.json)
    std::cout << to_json(measured, jobs.size(), rows).dump(2) << '\n';
  else
    print(question, measured, jobs.size(), rows);
  return exit_done;
}

}  // namespace stormsweep
