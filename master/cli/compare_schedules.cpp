#include "master/cli/compare.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "master/loop/launch.hpp"
#include "master/page/page_data.hpp"
#include "master/page/page_file.hpp"
#include "master/report/schedule_report.hpp"
#include "master/store/database.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/output.hpp"
#include "search/space/extent.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// "x.db" and "synchronous" make "x-synchronous.db". Throws InputError where that file exists: its times would be those
/// of an earlier run.
fs::path database_of(const fs::path& base, const std::string& schedule) {
  fs::path file = base;
  file.replace_extension();
  file += "-" + schedule + ".db";
  if (fs::exists(file))
    throw InputError(
        fmt::format("{}: is there already, and both schedules are timed from the start; move it away, or "
                    "give another name with --results",
                    file.string()));
  return file;
}

/// Counts all ranks under both schedules: one that got no work was idle all the time, not absent.
void read_occupancies(ScheduleReport& report, std::size_t ranks) {
  std::vector<std::vector<BusyInterval>> intervals;
  for (const ScheduleRun& run : report.runs) {
    intervals.push_back(read_busy_intervals(run.database, report.search));
    ranks = std::max(ranks, occupancy(intervals.back(), ranks).ranks.size());
  }
  for (std::size_t i = 0; i < intervals.size(); ++i) report.runs[i].occupancy = occupancy(intervals[i], ranks);
}

}  // namespace

int compare_schedules(const ScheduleQuestion& question) {
  check_database_name(question.results);
  const Space space = read_lasting_space(question.space);
  if (sized_by_budget(space))
    throw InputError(
        fmt::format("{}: its limits decide how many trainings each schedule makes, and so they are not the same "
                    "ones; give method.trials",
                    question.space.string()));
  const fs::path base = question.results.empty() ? fs::path(space.name + ".db") : question.results;
  ScheduleReport report{space.name, space.experiment->name, {}, {}};
  for (const char* schedule : {"master-worker", "synchronous"})
    report.runs.push_back({schedule, database_of(base, schedule), {}});

  std::optional<PageFile> page;
  if (!question.report.empty()) page.emplace("report", question.report);
  int worst = exit_done;
  for (const ScheduleRun& run : report.runs) {
    std::vector<std::string> command{"run",       question.space.string(), "--schedule", run.schedule,
                                     "--results", run.database.string()};
    command.insert(command.end(), question.passed_on.begin(), question.passed_on.end());
    const int status = launch::own_command(command);
    if (status != exit_done && status != exit_some_failed) return status;
    worst = std::max(worst, status);
  }
  report.metrics = compare_metrics(report.runs[0].database, report.runs[1].database, report.search);
  read_occupancies(report, static_cast<std::size_t>(std::max(question.workers, 1)));
  if (question.json)
    std::cout << to_json(report).dump(2) << '\n';
  else
    print(std::cout, report, static_cast<std::size_t>(terminal_width(STDOUT_FILENO).value_or(100)));
  if (page) {
    const PageQuestion both{{report.runs[0].database, report.runs[1].database}, report.search};
    remark("{}\n", page->write(page_data(both), question.command));
  }
  return report.metrics.equal() ? worst : exit_some_failed;
}

}  // namespace stormsweep
