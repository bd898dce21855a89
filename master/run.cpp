#include <fmt/format.h>
#include <sched.h>

#include <sys/ioctl.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "master/commands.hpp"
#include "master/conductor.hpp"
#include "master/launch.hpp"
#include "master/options.hpp"
#include "master/store.hpp"
#include "search/error.hpp"
#include "search/space.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

struct RunOptions {
  fs::path space, results, json;
  int workers = 0, threads = 0;
  std::string device;
  double lost_after = 10, checkpoint_every = 300;
  bool retry_out_of_memory = false, synchronous = false;
  bool dry_run = false, retry_failed = false, separate_epochs = false;
};

/// What `stormsweep-worker check` says of a search's data and of this machine.
struct DataReport {
  std::string fingerprint;
  std::vector<std::string> notes;
  int gpus = 0;
};

Syntax syntax() {
  Syntax s{"stormsweep run",
           "SPACE [options]",
           "Runs the search that the JSON file SPACE describes, or continues it where its database says it stood. "
           "Outside MPI it\n"
           "starts mpirun itself; under mpirun or srun --mpi=pmix, rank 0 dispatches to the other ranks. Ctrl-C stops "
           "it cleanly.\n"
           "Exit status: 0 done, 1 some trials failed, 2 bad input, 3 master lost, 85 stopped early: run it again to "
           "continue.",
           "stormsweep run quick.json --workers 2\nmpirun -n 3 stormsweep run quick.json --results quick.db",
           {},
           po::options_description("options")};
  s.operands.add_options()("space", po::value<std::string>()->required(), "the search space, a JSON file");
  s.options.add_options()("results", po::value<std::string>(), "the database (default: <name>.db here)")(
      "json", po::value<std::string>(), "a folder for <name>.jsonl, one line a trial")(
      "workers", po::value<int>(),
      "ranks that train (default: one a GPU, else one a core; in a Slurm job its tasks less one)")(
      "threads", po::value<int>(), "training threads a worker (default: its share of the node's cores)")(
      "device", po::value<std::string>()->default_value("auto"), "auto, cpu or cuda")(
      "lost-after", po::value<double>()->default_value(10),
      "seconds of silence after which a worker is taken for dead")(
      "schedule", po::value<std::string>()->default_value("master-worker"),
      "master-worker: trainings are handed out as ranks are free, the longest first once that is known; synchronous: "
      "every rank works through a share of its own")(
      "checkpoint-every", po::value<double>()->default_value(300),
      "seconds between checkpoints of a training, from which it continues after a loss or a stop; 0: none")(
      "on-oom", po::value<std::string>()->default_value("fail"),
      "where memory runs out: fail, or retry-smaller-microbatch, which accumulates gradients instead")(
      "separate-epochs", po::bool_switch(), "train configurations that differ only in epochs one by one")(
      "retry-failed", po::bool_switch(), "run failed, diverged and out-of-memory trials again")(
      "dry-run", po::bool_switch(), "check everything, print the plan, train nothing");
  return s;
}

int positive(const po::variables_map& values, const char* name) {
  if (!values.count(name)) return 0;
  const int value = values[name].as<int>();
  if (value < 1) throw InputError(fmt::format("stormsweep run: --{} is {}; give 1 or more", name, value));
  return value;
}

std::optional<RunOptions> parse(const Arguments& arguments) {
  const auto values = parse_options(arguments, syntax());
  if (!values) return std::nullopt;
  const auto text = [&](const char* name) {
    return values->count(name) ? (*values)[name].as<std::string>() : std::string();
  };
  RunOptions o;
  o.space = text("space"), o.results = text("results"), o.json = text("json");
  o.workers = positive(*values, "workers"), o.threads = positive(*values, "threads");
  o.device = one_of({"auto", "cpu", "cuda"}, "device", *values);
  o.lost_after = (*values)["lost-after"].as<double>();
  if (!(o.lost_after >= 0.1 && o.lost_after <= 86400)) {
    throw InputError(fmt::format("stormsweep run: --lost-after is {}; give seconds from 0.1 to 86400", o.lost_after));
  }
  o.checkpoint_every = (*values)["checkpoint-every"].as<double>();
  if (!(o.checkpoint_every >= 0))
    throw InputError(fmt::format("stormsweep run: --checkpoint-every is {}; give seconds", o.checkpoint_every));
  o.synchronous = one_of({"master-worker", "synchronous"}, "schedule", *values) == "synchronous";
  o.retry_out_of_memory = one_of({"fail", "retry-smaller-microbatch"}, "on-oom", *values) != "fail";
  o.dry_run = (*values)["dry-run"].as<bool>(), o.retry_failed = (*values)["retry-failed"].as<bool>();
  o.separate_epochs = (*values)["separate-epochs"].as<bool>();
  return o;
}

DataReport parse_report(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  return {json.at("fingerprint"), json.at("notes"), json.at("gpus")};
}

/// The data's report as JSON: from the launcher, which has asked already, or from the worker program. Nothing if the
/// data is unfit, which the worker program has told.
std::optional<std::string> data_report(const Space& space, const RunOptions& options) {
  if (const char* known = std::getenv(launch::data_report)) return known;
  if (space.experiment->data.empty() && options.device == "cpu") return R"({"fingerprint":"","notes":[],"gpus":0})";
  int status = 0;
  std::string report = launch::capture({launch::worker_program(), "check", options.space.string()}, status);
  if (status == exit_bad_input) return std::nullopt;
  if (status != 0) {
    throw InputError(fmt::format("{}: checking the data ended with status {}; it belongs beside stormsweep: build both",
                                 launch::worker_program(), status));
  }
  return report;
}

int cores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

int worker_count(const RunOptions& options, const DataReport& report) {
  if (options.workers > 0) return options.workers;
  if (const char* tasks = std::getenv("SLURM_NTASKS"); tasks && std::atoi(tasks) > 1) return std::atoi(tasks) - 1;
  return report.gpus > 0 && options.device != "cpu" ? report.gpus : cores();
}

void check_gangs(const Space& space, const RunOptions& options, int workers) {
  if (const std::int64_t largest = largest_gang(space); largest > workers) {
    throw InputError(
        fmt::format("{0}: parameters.gpus is {1}, but {2} {3}; give --workers {1} or more (or mpirun -n {4})",
                    options.space.string(), largest, workers,
                    workers == 1 ? "worker is all there is" : "workers are all there are", largest + 1));
  }
}

int terminal_columns() {
  if (const char* told = std::getenv(launch::columns)) return std::atoi(told);
  winsize size{};
  if (!isatty(STDERR_FILENO) || ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col > 0 ? size.ws_col : 80;
}

/// At the prompt: `check` has been passed and the database is ours, so ranks will find nothing to complain of.
int start_job(const Arguments& arguments, const Space& space, const RunOptions& options, const std::string& report) {
  const int workers = worker_count(options, parse_report(report));
  check_gangs(space, options, workers);
  const std::map<std::string, std::string> environment{{launch::data_report, report},
                                                       {launch::columns, std::to_string(terminal_columns())}};
  launch::Report end;
  do {
    end = launch::mpirun(workers, arguments, environment);
  } while (end.again);
  return end.status;
}

int exit_status(const Conclusion& conclusion) {
  if (conclusion.ending != Ending::done) return exit_drained;
  const StatusCounts& counts = conclusion.counts;
  return counts.failed + counts.diverged + counts.out_of_memory > 0 ? exit_some_failed : exit_done;
}

void tell_end(const Conclusion& conclusion, bool again, const RunOptions& options) {
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
  if (!again) fmt::print(stderr, "results: {}\n", options.results.string());
}

/// Rank 0 of a job.
int dispatch_job(const Space& space, const RunOptions& options, const std::string& fingerprint, Store& store) {
  const std::atomic<bool>& drain = launch::drain_on_signal();
  Channel channel;
  if (channel.size() < 2)
    throw InputError("mpirun: one rank only; give -n 2 or more: rank 0 dispatches, the others train");
  check_gangs(space, options, channel.size() - 1);
  fs::path cache = fs::absolute(options.results);
  cache.replace_extension(".cache");
  Conductor::Options conducting;
  wire::Welcome& welcome = conducting.welcome;
  welcome.space = space.text;
  welcome.directory = fs::absolute(options.space).parent_path();
  welcome.fingerprint = fingerprint;
  welcome.cache = cache;
  welcome.lost_after = options.lost_after;
  welcome.checkpoint_every = options.checkpoint_every;
  welcome.retry_out_of_memory = options.retry_out_of_memory;
  welcome.share_epochs = space.share_epochs;
  welcome.synchronous = options.synchronous;
  conducting.columns = terminal_columns();
  Conclusion conclusion;
  try {
    conclusion = Conductor(channel, store, space, conducting).run(drain);
  } catch (const std::exception& error) {  // a full disk, say: what is committed stays
    fmt::print(stderr, "{}\n", error.what());
    for (int worker = 1; worker < channel.size(); ++worker)
      channel.send(worker, wire::encode(wire::Stop{.finalize = false}));
    channel.flush(Seconds(1));
    launch::leave_report({.status = exit_bad_input});
    std::_Exit(exit_bad_input);
  }
  // A launcher starts the job again where that gets further; a bare mpirun cannot.
  const bool launched = std::getenv(launch::status_file) != nullptr;
  const bool again = launched && conclusion.attempts_raised &&
                     (conclusion.ending == Ending::workers_lost || conclusion.ending == Ending::rank_lost);
  tell_end(conclusion, again, options);
  launch::leave_report({exit_status(conclusion), again});
  const int status = launched ? exit_done : exit_status(conclusion);  // mpirun grumbles at others
  if (conclusion.workers_died) {
    store.commit();
    std::_Exit(status);  // MPI_Finalize would wait for the dead
  }
  return status;
}

/// Any other rank of a job. What is wrong with the input, rank 0 tells once.
int become_trainer(const Arguments& arguments) {
  std::optional<RunOptions> options;
  try {
    options = parse(arguments);
    if (options) read_space(options->space);
  } catch (const InputError&) {
    return exit_bad_input;
  }
  if (!options) return exit_done;
  launch::become_worker({"serve", "--device", options->device, "--threads", std::to_string(options->threads)});
}

}  // namespace

int run_command(const Arguments& arguments) {
  const int rank = launch::rank();
  if (rank > 0) return become_trainer(arguments);
  std::optional<RunOptions> options = parse(arguments);
  if (!options) return exit_done;
  Space space = read_space(options->space);
  if (options->separate_epochs) space.share_epochs = false;
  if (options->results.empty()) options->results = space.name + ".db";

  const std::optional<std::string> report = data_report(space, *options);
  if (!report) return exit_bad_input;
  if (options->dry_run) return plan_command({options->space.string()});
  const std::string fingerprint = parse_report(*report).fingerprint;
  const Store::Options storing{.json = options->json, .retry_failed = options->retry_failed};
  auto store = std::make_unique<Store>(options->results, space, fingerprint, storing);
  if (rank == 0) return dispatch_job(space, *options, fingerprint, *store);

  for (const std::string& note : parse_report(*report).notes) fmt::print(stderr, "{}\n", note);
  store.reset();  // rank 0 of the job opens it
  return start_job(arguments, space, *options, *report);
}

}  // namespace stormsweep
