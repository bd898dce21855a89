#include "master/report/schedule_replays.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "master/store/database.hpp"

namespace stormsweep {

using namespace simulation;

namespace {

std::vector<Job> jobs_of(std::span<const BusyInterval> intervals) {
  std::vector<Job> jobs;
  for (const BusyInterval& i : intervals) jobs.push_back({i.end - i.begin, static_cast<int>(i.ranks.size())});
  return jobs;
}

/// A training stopped and resumed by equally many ranks counts as one job.
std::vector<Job> trainings_of(std::span<const BusyInterval> intervals) {
  std::vector<Job> jobs;
  const BusyInterval* before = nullptr;
  for (const BusyInterval& i : intervals) {
    if (before && !i.training.empty() && before->training == i.training && before->ranks.size() == i.ranks.size())
      jobs.back().seconds += i.seconds();
    else
      jobs.push_back({i.seconds(), static_cast<int>(i.ranks.size())});
    before = &i;
  }
  return jobs;
}

}  // namespace

MeasuredTrainings::MeasuredTrainings(std::vector<BusyInterval> intervals)
    : jobs(trainings_of(intervals)), occupancy(stormsweep::occupancy(intervals, 1)), latency(occupancy.latency()) {
  std::stable_sort(intervals.begin(), intervals.end(),
                   [](const BusyInterval& a, const BusyInterval& b) { return a.begin < b.begin; });
  Scenario scenario;
  scenario.ranks = occupancy.ranks.size();
  scenario.latency = latency;
  scenario.dispatch = dispatch_seconds;
  replayed = replay(jobs_of(intervals), scenario).makespan;
}

std::string deciding_method(const std::filesystem::path& file, const std::string& search) {
  SQLite::Database database = open_for_reading(file);
  return guarded(file, [&]() -> std::string {
    SQLite::Statement select(
        database,
        "SELECT method FROM trials t WHERE search = (SELECT id FROM searches WHERE ?1 = '' OR name = "
        "?1) AND (rung IS NOT NULL OR (method IS NOT NULL AND EXISTS (SELECT 1 FROM proposals p "
        "WHERE p.search = t.search))) LIMIT 1");
    select.bind(1, search);
    return select.executeStep() ? select.getColumn(0).getString() : std::string();
  });
}

std::vector<Replay> replay_policies(std::span<const Job> jobs, Scenario scenario) {
  std::vector<Replay> replays;
  for (const Policy policy : replayed_policies) {
    scenario.policy = policy;
    replays.push_back(replay(jobs, scenario));
  }
  return replays;
}

std::size_t widest_gang(std::span<const Job> jobs) {
  int widest = 1;
  for (const Job& job : jobs) widest = std::max(widest, job.gang);
  return static_cast<std::size_t>(widest);
}

}  // namespace stormsweep
