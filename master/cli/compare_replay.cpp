#include "master/cli/compare.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "master/report/schedule_replays.hpp"
#include "search/base/error.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/shell_word.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

using namespace simulation;
using Json = nlohmann::ordered_json;

struct Row {
  std::size_t ranks;
  std::vector<Replay> replays;  ///< one a policy
};

std::vector<Row> replay_all(const ReplayQuestion& question, std::span<const Job> jobs, double latency) {
  const std::size_t widest = widest_gang(jobs);
  std::vector<Row> rows;
  for (const std::size_t ranks : question.ranks) {
    if (ranks < widest)
      throw InputError(fmt::format("{}: --ranks has {}, and some trainings ran on {} ranks together; give {} or more",
                                   question.database.string(), ranks, widest, widest));
    Scenario scenario;
    scenario.ranks = ranks;
    scenario.latency = latency;
    scenario.dispatch = dispatch_seconds;
    scenario.failures_per_hour = question.failures_per_hour;
    scenario.restart = question.restart;
    scenario.seed = question.seed;
    rows.push_back({ranks, replay_policies(jobs, scenario)});
  }
  return rows;
}

Json replays_json(const MeasuredTrainings& measured, std::size_t trainings, const std::vector<Row>& rows) {
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
                                 {"policy", to_string(replayed_policies[i])},
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

void print(const ReplayQuestion& question, const MeasuredTrainings& measured, std::size_t trainings,
           const std::vector<Row>& rows) {
  Table table;
  table.title = fmt::format("{} trainings of {}: makespan and efficiency (work / ranks x makespan)", grouped(trainings),
                            question.database.string());
  table.header = {"ranks"};
  for (const Policy policy : replayed_policies) table.header.emplace_back(to_string(policy));
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
    table.footnotes.push_back(fmt::format(
        "{} failures an hour and rank: {} and {} go on without the lost ranks, {} starts again with all, in {} s",
        question.failures_per_hour, to_string(Policy::fifo), to_string(Policy::longest_first),
        to_string(Policy::synchronous), question.restart));
  std::cout << to_text(table);
}

}  // namespace

int compare_replays(const ReplayQuestion& question) {
  const MeasuredTrainings measured(read_busy_intervals(question.database, question.search));
  if (const std::string method = deciding_method(question.database, question.search); !method.empty())
    throw InputError(
        fmt::format("{}: {} decides from results what to train next, and so its trainings cannot be replayed in "
                    "another order; stormsweep plan SPACE --ranks N --results {} simulates it",
                    question.database.string(), method, shell_word(question.database.string())));
  const std::vector<Job> jobs = question.trials ? draw(measured.jobs, *question.trials, question.seed) : measured.jobs;
  const std::vector<Row> rows = replay_all(question, jobs, measured.latency);
  if (question.json)
    std::cout << replays_json(measured, jobs.size(), rows).dump(2) << '\n';
  else
    print(question, measured, jobs.size(), rows);
  return exit_done;
}

}  // namespace stormsweep
