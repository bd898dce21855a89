#include "master/cli/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "master/cli/plan.hpp"
#include "master/cli/run_checks.hpp"
#include "master/cli/run_options.hpp"
#include "master/cli/sized_search.hpp"
#include "master/loop/job.hpp"
#include "master/loop/launch.hpp"
#include "master/loop/master_loop.hpp"
#include "master/loop/signals.hpp"
#include "master/loop/stale_checkpoints.hpp"
#include "master/loop/status_file.hpp"
#include "master/report/selection.hpp"
#include "master/report/skill.hpp"
#include "master/slurm/job_end.hpp"
#include "master/store/database.hpp"
#include "master/store/kept_models.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/store.hpp"
#include "master/store/stored_extent.hpp"
#include "master/store/stored_share.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/process.hpp"
#include "search/base/table.hpp"
#include "search/base/text.hpp"
#include "search/base/utc.hpp"
#include "search/methods/methods.hpp"
#include "search/space/runs_itself.hpp"
#include "search/space/space.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

#ifdef STORMSWEEP_CUDA
constexpr bool built_for_gpus = true;
#else
constexpr bool built_for_gpus = false;
#endif

/// What `stormsweep-worker check` says of a search's data and of this machine.
struct DataReport {
  std::string fingerprint;
  std::vector<std::string> notes;
  int gpus = 0;
};

DataReport parse_report(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  return {json.at("fingerprint"), json.at("notes"), json.at("gpus")};
}

/// The data's report as JSON: from the launcher, which has asked already, or from the worker program. Nothing if the
/// data is unfit, which the worker program has told, or a signal ended the check.
std::optional<std::string> data_report(const Space& space, const RunOptions& options) {
  if (const auto known = environment(launch::data_report); !known.empty()) return std::string(known);
  if (space.experiment->data.empty() && !space.experiment->command && options.device == "cpu")
    return R"({"fingerprint":"","notes":[],"gpus":0})";
  int status = 0;
  std::string report = process::capture({launch::worker_program(), "check", options.space.string()}, status,
                                        process::Capture::output, signals::ended_by_them());
  if (status == exit_bad_input || signals::drain_asked()) return std::nullopt;
  if (status > 128)
    throw std::runtime_error(fmt::format("checking the data was killed by signal {}; run it again", status - 128));
  if (status != 0) {
    throw InputError(fmt::format("{}: checking the data ended with status {}; it belongs beside stormsweep: build all",
                                 launch::worker_program(), status));
  }
  return report;
}

int worker_count(const RunOptions& options, const DataReport& report) {
  if (options.workers > 0) return options.workers;
  const bool on_gpus = report.gpus > 0 && options.device != "cpu";
  if (options.workers_per_gpu > 0) {
    if (on_gpus) return options.workers_per_gpu * report.gpus;
    throw InputError(fmt::format("stormsweep run: --workers-per-gpu is {}, and {}; give --workers",
                                 options.workers_per_gpu,
                                 options.device == "cpu" ? "--device is cpu" : "LibTorch finds no GPU here"));
  }
  if (const auto tasks = whole_number(environment("SLURM_NTASKS")); tasks && *tasks > 1)
    return static_cast<int>(*tasks - 1);
  return on_gpus ? report.gpus : usable_cores();
}

int terminal_columns() {
  if (const auto given = whole_number(environment(launch::columns))) return static_cast<int>(*given);
  return terminal_width(STDERR_FILENO).value_or(0);
}

std::optional<StoredShare> share_of(const Space& space, const RunOptions& options) {
  if (!options.shared) return std::nullopt;
  return StoredShare{options.share, make_method(space, options.share)->trials()};
}

/// The search space, and the options that depend on it.
Space prepare(RunOptions& options) {
  Space space = read_lasting_space(options.space);
  options.results = results_file(options, space.name);
  check_options(space, options);
  if (options.separate_epochs) space.share_epochs = false;
  return space;
}

std::string end_text(std::optional<double> end) {
  return end ? fmt::format("{:.0f}", *end) : "none";
}

/// Ranks load LibTorch first, which takes long from a slow file system: far longer than any silence later.
Seconds start_patience(const RunOptions& options) {
  return 20 * Seconds(options.lost_after);
}

/// How long a rank may outlive its mpirun: as long as workers need to miss rank 0 (worker/service.hpp), and some more.
double rank_patience(const RunOptions& options) {
  return std::max(10.0, 3 * options.lost_after) + 5;
}

SizedSearch size_of(const Space& space, const RunOptions& options, int workers) {
  return size_search(space, options.space.string(), options.results, static_cast<std::size_t>(workers),
                     options.synchronous ? ScheduleKind::synchronous : ScheduleKind::master_worker);
}

/// Whether the best trial of all is worth anything: the best of a table may be no better than a simple forecast.
void tell_skill(const Space& space, const RunOptions& options) try {
  Selection selection(options.results, space.name, "status = 'complete'");
  const SearchSummary& search = only_search(selection.searches(), options.results.string());
  const std::string metric = sql_name(search.choice());
  const std::string best =
      fmt::format("WHERE {} IS NOT NULL ORDER BY {} {}, trial LIMIT 1", metric, metric, search.order());
  for (const std::string& sentence : without_skill(selection, best)) fmt::print(stderr, "{}\n", sentence);
} catch (const InputError& error) {  // the search is done, whoever holds its database now
  fmt::print(stderr, "{}\n", error.what());
}

/// At the prompt, or in a batch script: rank 0 of the job opens the database.
int start_job(const Arguments& arguments, const Space& space, const RunOptions& options, const std::string& report) {
  const int workers = worker_count(options, parse_report(report));
  check_gangs(space, options, workers);
  check_precision(space, options, parse_report(report).gpus);
  size_of(space, options, workers);  // what cannot be settled is refused before any rank starts
  for (const std::string& doubt : doubts(space)) fmt::print(stderr, "warning: {}\n", doubt);
  for (const std::string& note : parse_report(report).notes) fmt::print(stderr, "{}\n", note);
  if (options.shared)
    fmt::print(stderr, "part {} of {}, into {}; stormsweep merge joins the parts\n", options.share.index,
               options.share.count, options.results.string());
  std::map<std::string, std::string> environment{{launch::data_report, report},
                                                 {launch::columns, std::to_string(terminal_columns())},
                                                 {job_end_variable, end_text(find_job_end(options.time_limit))}};
  for (;;) {
    const launch::JobEnd end = launch::run_job(workers, arguments, environment, rank_patience(options));
    if (!end.again) {
      if (end.status == exit_done || end.status == exit_some_failed) tell_skill(space, options);
      return end.status;
    }
    environment[launch::started_again] = "1";
  }
}

int exit_status(const Conclusion& conclusion) {
  if (conclusion.ending != Ending::done) return exit_drained;
  const StatusCounts& counts = conclusion.counts;
  return counts.failed + counts.diverged + counts.out_of_memory > 0 ? exit_some_failed : exit_done;
}

void tell_end(const Conclusion& conclusion, bool again, const RunOptions& options, const KeptModels& models) {
  if (conclusion.ending == Ending::workers_lost) {
    fmt::print(stderr, "every worker is lost; {}\n", again ? "starting them again" : "run it again to continue");
  }
  if (conclusion.ending == Ending::rank_lost) {
    fmt::print(stderr, "a rank is lost, and with it the shares of the synchronous schedule; {}\n",
               again ? "starting again over what is missing" : "run it again to continue");
  }
  if (conclusion.ending == Ending::short_handed)
    fmt::print(stderr, "what is left wants more workers than are left; run it again to continue\n");
  if (!conclusion.limit.empty()) fmt::print(stderr, "ended by {} of the search space\n", conclusion.limit);
  if (again) return;
  fmt::print(stderr, "results: {}\n", options.results.string());
  if (const std::string kept = models.summary(); !kept.empty()) fmt::print(stderr, "{}\n", kept);
}

void tell_reused(const Store& store, const RunOptions& options) {
  std::vector<std::string> files;
  for (const fs::path& file : options.reuse) files.push_back(file.string());
  fmt::print(stderr, "reused from {}: {} trials\n", fmt::join(files, ", "), grouped(store.reused()));
}

RunSettings run_settings(const RunOptions& options, const Space& space, const std::string& fingerprint) {
  return {.directory = fs::absolute(options.space).parent_path(),
          .fingerprint = fingerprint,
          .cache = cache_folder(options.results),
          .lost_after = options.lost_after,
          .checkpoint_every = options.checkpoint_every,
          .retry_out_of_memory = options.retry_out_of_memory,
          .keep_work = options.keep_work,
          .keep_models = options.keep_best > 0,
          .share_epochs = space.share_epochs,
          .synchronous = options.synchronous,
          .stage = options.stage};
}

/// All that can be kept of a search that has met an error.
void keep(Store& store) {
  try {
    store.settle();
    store.close();
  } catch (const std::exception&) {  // what is wrong has been told
  }
}

MpiChannel start_mpi(const RunOptions& options) {
  return MpiChannel(start_patience(options), [patience = start_patience(options)] {
    fmt::print(stderr, "the ranks have not all started within {:g} s: one may be dead; run it again\n",
               patience.count());
    launch::leave_report({exit_drained, false});
    std::_Exit(exit_drained);
  });
}

/// The end of rank 0 where a rank may be gone, for which MPI_Finalize would wait. mpirun grumbles at a status of ours,
/// and `stormsweep run` reads the report. `store`: all that can be kept of it is.
[[noreturn]] void leave(Channel& channel, const launch::Report& report, Store* store = nullptr) {
  for (int worker = 1; worker < channel.size(); ++worker)
    channel.send(worker, wire::encode(wire::Stop{.finalize = false}));
  channel.flush(Seconds(1));
  if (store) keep(*store);
  launch::leave_report(report);
  std::_Exit(launch::launched() ? exit_done : report.status);
}

/// The space with the extent that its budget allows.
Space settle_size(const Space& space, const RunOptions& options, int workers) {
  const SizedSearch sized = size_of(space, options, workers);
  if (sized.told.empty()) return sized.space;
  fmt::print(stderr, "{}\n", sized.told);
  keep_extent(options.results, sized.space);
  return sized.space;
}

/// Carries the search on until it ends.
int dispatch_job(const Space& given, const RunOptions& options, const std::string& fingerprint, Store& store,
                 KeptModels& models) {
  const std::optional<double> end = find_job_end(options.time_limit);  // before MPI, which does not like fork
  MpiChannel channel = start_mpi(options);
  launch::leave_started();
  MasterLoop::Options looping{
      .settings = run_settings(options, given, fingerprint), .columns = terminal_columns(), .share = options.share};
  if (end) looping.remaining = Seconds(*end - unix_time());
  Space space = given;
  Conclusion conclusion;
  try {
    if (channel.size() < 2)
      throw InputError("mpirun: one rank only; give -n 2 or more: rank 0 dispatches, the others train");
    check_gangs(given, options, channel.size() - 1);
    space = settle_size(given, options, channel.size() - 1);
    conclusion = MasterLoop(channel, store, space, looping).run(signals::drain_asked());
  } catch (const std::exception& error) {  // a full disk, say: what is committed stays
    fmt::print(stderr, "{}\n", error.what());
    const bool may_pass = dynamic_cast<const NotNow*>(&error) != nullptr;  // then running it again continues
    leave(channel, {.status = may_pass ? exit_drained : exit_bad_input}, &store);
  }
  models.close();
  if (conclusion.ending == Ending::done && conclusion.limit.empty())
    remove_stale_checkpoints(cache_folder(options.results), fingerprint, store);
  // A launcher starts the job again where that gets further; a bare mpirun cannot.
  const bool again = launch::launched() && conclusion.attempts_raised &&
                     (conclusion.ending == Ending::workers_lost || conclusion.ending == Ending::rank_lost);
  tell_end(conclusion, again, options, models);
  const int status = exit_status(conclusion);
  launch::leave_report({status, again, conclusion.workers_died});
  if (conclusion.workers_died) {
    store.close();
    std::_Exit(launch::launched() ? exit_done : status);
  }
  return launch::launched() ? exit_done : status;
}

/// Rank 0 of a job: the only process of it that reads the space and opens the database.
int become_master(RunOptions options) {
  prctl(PR_SET_PDEATHSIG, SIGUSR1);                   // a killed mpirun
  if (!environment(launch::started_again).empty()) {  // it has all of these already
    options.retry_failed = false;
    options.reuse.clear();
  }
  std::unique_ptr<Store> store;
  int status = exit_bad_input;
  try {
    const Space space = prepare(options);
    if (const auto report = data_report(space, options)) {
      check_precision(space, options, parse_report(*report).gpus);
      const std::string fingerprint = parse_report(*report).fingerprint;
      KeptModels models(options.results, cache_folder(options.results), space,
                        static_cast<std::size_t>(options.keep_best));
      Store::Options storing{.json = options.json,
                             .retry_failed = options.retry_failed,
                             .reuse = options.reuse,
                             .patience = Seconds(options.lost_after)};
      storing.last_patience = 6 * storing.patience;
      if (options.keep_best > 0)
        storing.committed = [&](TrialId trial, const Identity& identity, double metric) {
          models.consider(trial, identity, metric);
        };
      store = std::make_unique<Store>(options.results, space, fingerprint, storing);
      if (!options.reuse.empty()) tell_reused(*store, options);
      models.open(*store);
      write_share(options.results, space.name, share_of(space, options));
      return dispatch_job(space, options, fingerprint, *store, models);
    }
    if (signals::drain_asked()) status = exit_drained;
  } catch (const InputError& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  MpiChannel channel = start_mpi(options);  // the others wait there
  leave(channel, {.status = status});
}

/// Of the other ranks. What runs by itself does so without LibTorch, unless that is to count GPUs. Where the space
/// cannot be read, which rank 0 tells, or not from here, any will do.
std::string trainer_program(const RunOptions& options) try {
  const bool counts_gpus = built_for_gpus && options.device != "cpu";
  if (!counts_gpus && runs_itself(*read_lasting_space(options.space).experiment)) return launch::runner_program();
  return launch::worker_program();
} catch (const InputError&) {
  return launch::worker_program();
}

/// Any other rank of a job. What is wrong with the input, rank 0 tells once, and its status is the job's: mpirun 5 ends
/// the job with the first status that is not 0, perhaps before rank 0 has told.
int become_trainer(const Arguments& arguments) {
  std::optional<RunOptions> options;
  try {
    options = parse_run_options(arguments);
  } catch (const InputError&) {
    return exit_done;
  }
  if (!options || options->dry_run) return exit_done;
  signals::ignore();  // by the worker program too, from its first moment
  launch::become_worker(trainer_program(*options),
                        {"serve", "--device", options->device, "--threads", std::to_string(options->threads),
                         "--start-patience", fmt::format("{}", start_patience(*options).count())});
}

}  // namespace

int run_command(const Arguments& arguments) {
  const int rank = launch::rank();
  signals::translate();
  if (rank > 0) return become_trainer(arguments);
  std::optional<RunOptions> options = parse_run_options(arguments);
  if (!options) return exit_done;
  if (rank == 0 && !options->dry_run) return become_master(*options);
  const Space space = prepare(*options);
  const std::optional<std::string> report = data_report(space, *options);
  if (signals::drain_asked()) {
    fmt::print(stderr, "stopped before anything was started; run it again\n");
    return exit_drained;
  }
  if (!report) return exit_bad_input;
  if (options->dry_run) return fmt::print("{}", plan_text(make_plan(space))), exit_done;
  return start_job(arguments, space, *options, *report);
}

}  // namespace stormsweep
