#include "master/cli/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "master/cli/data_check.hpp"
#include "master/cli/plan.hpp"
#include "master/cli/run_checks.hpp"
#include "master/cli/run_master.hpp"
#include "master/cli/run_options.hpp"
#include "master/cli/run_space.hpp"
#include "master/loop/job.hpp"
#include "master/loop/launch.hpp"
#include "master/loop/signals.hpp"
#include "master/report/skill.hpp"
#include "master/slurm/allocation.hpp"
#include "master/slurm/job_end.hpp"
#include "master/store/reuse.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/output.hpp"
#include "search/base/text.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

namespace {

/// Workers of the mpirun job that this process, which prints the plan (--dry-run), is a rank of; 0 outside one.
int workers_of_job() {
  const auto ranks = whole_number(environment("OMPI_COMM_WORLD_SIZE")).value_or(0);
  return launch::rank() >= 0 && ranks >= 2 && ranks <= most_workers + 1 ? static_cast<int>(ranks - 1) : 0;
}

int worker_count(const RunOptions& options, const DataReport& report) {
  if (const int workers = workers_of_job(); workers > 0) return workers;
  if (options.workers > 0) return options.workers;
  const bool on_gpus = report.gpus > 0 && options.device != "cpu";
  if (options.workers_per_gpu > 0) {
    if (on_gpus) return options.workers_per_gpu * report.gpus * allocation::nodes();
    throw InputError(fmt::format("stormsweep run: --workers-per-gpu is {}, and {}; give --workers",
                                 options.workers_per_gpu,
                                 options.device == "cpu" ? "--device is cpu" : "no GPU is seen here"));
  }
  if (const auto tasks = whole_number(environment("SLURM_NTASKS")); tasks && *tasks > 1 && std::in_range<int>(*tasks))
    return static_cast<int>(*tasks - 1);
  return (on_gpus ? report.gpus : usable_cores()) * allocation::nodes();
}

std::string end_text(std::optional<double> end) {
  return end ? fmt::format("{:.0f}", *end) : "none";
}

/// How long a rank may outlive its mpirun: as long as workers take to miss rank 0 (worker/service.hpp), and a little
/// more.
double rank_patience(const RunOptions& options) {
  return std::max(10.0, 3 * options.lost_after) + 5;
}

/// Warns if even the best trial is no better than a simple forecast.
void tell_skill(const Space& space, const RunOptions& options) try {
  if (std::ranges::none_of(space.experiment->metrics, is_skill, &Metric::name)) return;
  for (const std::string& sentence : best_without_skill(options.results, space.name)) remark("{}\n", sentence);
} catch (const InputError& error) {  // the search is done, even if its database cannot be read now
  remark("{}\n", error.what());
}

/// Before any rank starts, refuses or warns of what would end the job or make part of its work useless.
void check_job(const Space& space, const RunOptions& options, const DataReport& report, int workers) {
  allocation::refuse_outside();
  check_gangs(space, options, workers);
  check_device(space, options, report.gpus);
  check_precision(space, options, report.gpus);
  size_run(space, options, workers);  // throws if the extent cannot be settled
  std::vector<std::string> warnings = doubts(space);
  if (const std::string lacking = rows_of_earlier_experiment(options.results, space); !lacking.empty())
    warnings.push_back(lacking);
  if (const std::string tasks = allocation::task_warning(); options.workers == 0 && !tasks.empty())
    warnings.push_back(tasks);
  for (const std::string& warning : warnings) remark("warning: {}\n", warning);
  for (const std::string& note : report.notes) remark("{}\n", note);
  if (options.shared)
    remark("part {} of {}, into {}; stormsweep merge joins the parts\n", options.share.index, options.share.count,
           options.results.string());
}

/// At the prompt, or in a batch script: rank 0 of the job opens the database.
int start_job(const Arguments& arguments, const Space& space, const RunOptions& options, const DataReport& report,
              int workers) {
  std::map<std::string, std::string> environment{{launch::data_report, report.text},
                                                 {launch::columns, std::to_string(launch::terminal_columns())},
                                                 {job_end_variable, end_text(find_job_end(options.time_limit))}};
  for (const Seconds began = steady_time();;) {
    const launch::JobEnd end = launch::run_job(workers, arguments, environment, rank_patience(options));
    if (!end.again) {
      if (end.status == exit_done || end.status == exit_some_failed) tell_skill(space, options);
      return end.status;
    }
    const std::optional<DataReport> now = check_data(space, options);  // they may have changed
    if (!now) return signals::drain_asked() ? exit_drained : exit_bad_input;
    environment[launch::data_report] = now->text;
    environment[launch::started_again] = fmt::format("{} {}", (steady_time() - began).count(), end.failures);
  }
}

/// The program of the other ranks. Where the space cannot be read, which rank 0 reports, either will do.
std::string trainer_program(const RunOptions& options) try {
  return launch::trainer_program(*read_lasting_space(options.space).experiment);
} catch (const InputError&) {
  return launch::worker_program();
}

/// Any other rank of a job. Only rank 0 reports bad input, and its status becomes the job's: this rank returns 0,
/// because mpirun 5 ends the job at the first other status, perhaps before rank 0 has reported.
int become_trainer(const Arguments& arguments) {
  std::optional<RunOptions> options;
  try {
    options = parse_run_options(arguments);
  } catch (const InputError&) {
    return exit_done;
  }
  if (!options || options->dry_run) return exit_done;
  signals::ignore();  // inherited by the worker program
  // With these, OpenMP would bind the first threads of all ranks on a node to the same core.
  for (const char* binding : {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"}) unsetenv(binding);
  launch::become_worker(
      trainer_program(*options),
      {"serve", "--device", options->device, "--threads", std::to_string(options->threads), "--start-patience",
       fmt::format("{}", start_patience(*options).count()), "--lost-after", fmt::format("{}", options->lost_after)});
}

/// Outside a job: checks the data, then starts a job, or prints what it would train.
int launch_search(const Arguments& arguments, RunOptions options) {
  const Space space = read_run_space(options);
  const std::optional<DataReport> report = check_data(space, options);
  if (signals::drain_asked()) {
    remark("stopped before anything was started; run it again\n");
    return exit_drained;
  }
  if (!report) return exit_bad_input;
  const int workers = worker_count(options, *report);
  check_job(space, options, *report, workers);
  if (options.dry_run) return fmt::print("{}", plan_text(make_plan(space))), exit_done;
  allocation::give_daemons_all();
  return start_job(arguments, space, options, *report, workers);
}

}  // namespace

int run_command(const Arguments& arguments) {
  const int rank = launch::rank();
  signals::translate();
  if (rank > 0) return become_trainer(arguments);
  const std::optional<RunOptions> options = parse_run_options(arguments);
  if (!options) return exit_done;
  if (rank == 0 && !options->dry_run) return become_master(*options);
  return launch_search(arguments, *options);
}

}  // namespace stormsweep
