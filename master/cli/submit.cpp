#include "master/cli/submit.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "master/cli/plan.hpp"
#include "master/cli/run_checks.hpp"
#include "master/cli/run_options.hpp"
#include "master/loop/launch.hpp"
#include "master/slurm/batch_script.hpp"
#include "master/slurm/time_warning.hpp"
#include "master/store/database.hpp"
#include "search/base/duration.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/options.hpp"
#include "search/base/output.hpp"
#include "search/base/process.hpp"
#include "search/base/shell_word.hpp"
#include "search/base/text.hpp"
#include "search/space/extent.hpp"
#include "search/space/gang_sizes.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

/// What `stormsweep submit` was asked; empty: not given.
struct SubmitQuestion {
  std::string space, time, partition, results;
  int nodes, tasks_per_node, gpus_per_task, workers_per_gpu, cpus_per_task, array, requeues;
  std::vector<std::string> sbatch;
  bool dry_run;
};

Syntax syntax_of(SubmitQuestion& q) {
  return {
      .command = "stormsweep submit",
      .usage = "SPACE [options] [-- further options of run]",
      .summary =
          "Runs a search as a Slurm job, which puts its trials away before its time is up and goes back into the "
          "queue until the\n"
          "search is done. Each task trains, on a GPU of its own with --gpus-per-task; the master needs neither core "
          "nor GPU.\n"
          "The script is kept beside the database as <name>.sbatch.",
      .example =
          "stormsweep submit quick.json --nodes 2 --ntasks-per-node 4 --gpus-per-task 1 --cpus-per-task 8 --time 8h\n"
          "stormsweep submit quick.json --ntasks-per-node 16 --array 4 --partition short -- --retry-failed",
      .operands = {{"space", po::value(&q.space)->required(), "the search space, a JSON file"}},
      .options =
          {
              {"nodes", po::value(&q.nodes)->default_value(1), "nodes of the job"},
              {"ntasks-per-node", po::value(&q.tasks_per_node)->default_value(1),
               "tasks a node; each is a rank that trains"},
              {"gpus-per-task", po::value(&q.gpus_per_task)->default_value(0),
               "GPUs of a task: a rank for each, if several"},
              {"workers-per-gpu", po::value(&q.workers_per_gpu)->default_value(1),
               "ranks on each GPU, which a small network does not fill"},
              {"cpus-per-task", po::value(&q.cpus_per_task)->default_value(1), "cores of a task: its training threads"},
              {"time", po::value(&q.time)->default_value("1h"), "of the job: minutes, 90m, 8h, 1-00:00:00"},
              {"partition,p", po::value(&q.partition)->default_value(""), "where (default: the cluster's own choice)"},
              {"array", po::value(&q.array)->default_value(0), "so many jobs share the search, each with a database"},
              {"results", po::value(&q.results)->default_value(""), "the database (default: <name>.db here)"},
              {"requeues", po::value(&q.requeues)->default_value(20), "how often it goes back into the queue at most"},
              {"sbatch", po::value(&q.sbatch)->composing(),
               "a further option of sbatch, --sbatch \"--account=abc\"; may be repeated"},
              {"dry-run", po::bool_switch(&q.dry_run), "print the script, submit nothing"},
          },
      .groups = {},
      .otherwise = "an option of sbatch is given as in --sbatch \"--account=abc\", one of run behind --"};
}

std::uint64_t whole(const std::string& name, int value, int least) {
  check_range("stormsweep submit", name, value, least, 1'000'000);
  return static_cast<std::uint64_t>(value);
}

bool gives(const Arguments& arguments, const std::string& option) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [&](const std::string& word) { return word == option || word.starts_with(option + '='); });
}

/// Throws InputError for options of `run` that this command sets itself.
void check_run_options(const Arguments& further) {
  for (const auto& [option, remedy] :
       {std::pair{"--workers", "it comes from --nodes and --ntasks-per-node; give these before --"},
        std::pair{"--workers-per-gpu", "give --workers-per-gpu before --"},
        std::pair{"--results", "give --results before --"}})
    if (gives(further, option)) throw InputError(fmt::format("stormsweep submit: {} behind --: {}", option, remedy));
}

/// A submission that has not been sent yet.
struct Submission {
  BatchJob job;
  fs::path script;
  std::vector<fs::path> databases;  ///< one, or one for each task of the array
  fs::path results;                 ///< the database, or the one that those of the tasks are to be merged into
};

Arguments run_arguments(const fs::path& space, const Submission& submission, const Arguments& further) {
  const BatchJob& job = submission.job;
  Arguments arguments{space.string(), "--results", submission.results.string(), "--workers",
                      std::to_string(job.ranks())};
  if (!gives(further, "--threads"))
    arguments.insert(arguments.end(), {"--threads", std::to_string(job.cores_per_rank)});
  if (job.gpus_per_node > 0 && !gives(further, "--device")) arguments.insert(arguments.end(), {"--device", "cuda"});
  arguments.insert(arguments.end(), further.begin(), further.end());
  return arguments;
}

/// Refuses what would end the job right after its start. Returns false where the options only ask for help.
bool check(const BatchJob& job, const Space& space) {
  if (const auto largest = static_cast<std::uint64_t>(largest_gang(space)); largest > job.ranks())
    throw InputError(
        fmt::format("stormsweep submit: parameters.gpus of {} is {}, but the job trains on {} rank{}; give "
                    "more --nodes or --ntasks-per-node",
                    space.name, largest, job.ranks(), job.ranks() == 1 ? "" : "s"));
  Arguments arguments = job.arguments;
  if (job.tasks > 0 && gives(arguments, "--share"))
    throw InputError("stormsweep submit: --array and --share both divide the search; give one of them");
  if (const std::string why = why_not_shared(space); job.tasks > 0 && !why.empty())
    throw InputError(fmt::format("stormsweep submit: --array: {} cannot be divided among jobs, for {}; submit one job",
                                 space.method.name, why));
  if (job.tasks > 0) arguments.insert(arguments.end(), {"--share", fmt::format("0/{}", job.tasks)});
  std::optional<RunOptions> options = parse_run_options(arguments);
  if (!options) return false;
  options->results = results_file(*options, space.name);
  check_options(space, *options);
  return true;
}

Submission make_submission(const SubmitQuestion& q, const Space& space, const Arguments& words,
                           const Arguments& further) {
  Submission s;
  s.results = fs::absolute(q.results.empty() ? space.name + ".db" : q.results).lexically_normal();
  s.script = s.results.parent_path() / (space.name + ".sbatch");
  BatchJob& job = s.job;
  job.name = space.name, job.folder = s.results.parent_path(), job.started_in = fs::current_path();
  for (const fs::path& folder : {job.folder, job.started_in})
    if (folder.string().find('\\') != std::string::npos || one_line(folder.string()) != folder.string())
      throw InputError(
          fmt::format("stormsweep submit: {}: Slurm cannot write a log there, for the folder's name has a "
                      "backslash or an end of line in it; rename it",
                      one_line(folder.string())));
  job.program = process::program_of(getpid());
  // The job may start without the modules that are loaded now.
  job.mpi = process::find_program("mpirun").parent_path();
  job.command = words;
  const std::uint64_t tasks = whole("ntasks-per-node", q.tasks_per_node, 1);
  const std::uint64_t gpus = whole("gpus-per-task", q.gpus_per_task, 0);
  const std::uint64_t sharing = whole("workers-per-gpu", q.workers_per_gpu, 1);
  if (gpus == 0 && sharing > 1)
    throw InputError(
        fmt::format("stormsweep submit: --workers-per-gpu is {}, and there are none; give --gpus-per-task", sharing));
  const std::uint64_t ranks = std::max<std::uint64_t>(gpus, 1) * sharing;  // per task
  job.nodes = whole("nodes", q.nodes, 1);
  job.ranks_per_node = tasks * ranks;
  job.cores_per_rank = std::max<std::uint64_t>(whole("cpus-per-task", q.cpus_per_task, 1) / ranks, 1);
  job.gpus_per_node = tasks * gpus;
  job.time = parse_duration("time", q.time, Seconds(60));
  job.partition = q.partition;
  if (job.partition.find_first_of(" \t\n") != std::string::npos)
    throw InputError(
        fmt::format("stormsweep submit: --partition is '{}'; give the names of partitions that sinfo tells, "
                    "with commas between them",
                    job.partition));
  job.tasks = whole("array", q.array, 0);
  job.requeues = whole("requeues", q.requeues, 0);
  for (const std::string& option : q.sbatch) check_further(option);
  job.further = q.sbatch;
  job.arguments = run_arguments(fs::absolute(q.space).lexically_normal(), s, further);
  for (std::uint64_t i = 0; i < job.tasks; ++i) s.databases.push_back(share_file(s.results, i));
  if (job.tasks == 0) s.databases.push_back(s.results);
  return s;
}

/// The configurations of all brackets, each of which starts on its first rung.
std::uint64_t configurations_of(const std::vector<BracketShape>& brackets) {
  std::uint64_t sum = 0;
  for (const BracketShape& bracket : brackets) sum += bracket.members[0];
  return sum;
}

void warn(const Submission& submission, const Space& space) {
  const Plan plan = make_plan(space);
  for (const std::string& problem : plan.problems) remark("warning: {}\n", problem);
  if (sized_by_budget(space)) return;  // it has as many trainings as fit
  std::optional<std::uint64_t> trainings = plan.trainings;
  if (!plan.brackets.empty()) trainings = configurations_of(plan.brackets);
  if (const auto note = idle_warning(submission.job, trainings, largest_gang(space)); !note.empty())
    remark("note: {}\n", note);
  const auto measured = measure_trainings(submission.databases, space.name);
  if (const auto note = time_warning(submission.job, trainings, measured); !note.empty()) remark("note: {}\n", note);
}

void keep_script(const fs::path& file, const std::string& text) {
  std::string first, second;
  std::ifstream before(file);
  const bool ours =
      std::getline(before, first) && std::getline(before, second) && second.starts_with("# Written by: stormsweep");
  if (fs::exists(file) && !ours)
    throw InputError(
        fmt::format("{}: is there, and not of our making; rename it, or name another --results", file.string()));
  AtomicFile script(file, "name --results in a folder that can be");
  script.write(text);
  script.commit();
}

/// sbatch passes its environment on to the job. Submitted from within another job, it would pass that job's variables,
/// such as its array task and number of requeues, so they are removed; so are variables of sbatch that would override
/// what the user typed.
std::vector<std::string> sbatch_words(const BatchJob& job) {
  std::vector<std::string> words{"env"};
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view text = *variable, name = text.substr(0, text.find('='));
    const bool of_a_job =
        name.starts_with("SLURM_") && name != "SLURM_CONF" && name != "SLURM_CLUSTERS" && name != "SLURM_JWT";
    if (of_a_job || overrides(name, job)) words.insert(words.end(), {"-u", std::string(name)});
  }
  words.insert(words.end(), {"sbatch", "--parsable"});
  return words;
}

/// Submits, and returns Slurm's number for the job.
std::string send(const Submission& submission) {
  int status = 0;
  std::vector<std::string> words = sbatch_words(submission.job);
  words.push_back(submission.script.string());
  std::istringstream said(process::capture(words, status, process::Capture::all));
  std::string job, complaint;
  for (std::string line; std::getline(said, line);) (line.starts_with("sbatch: ") ? complaint : job) = line;
  if (status == 127) throw InputError("sbatch: not found; submit where Slurm is, or see the script with --dry-run");
  if (status != 0 || job.empty())
    throw InputError(fmt::format("{}; the script is {}",
                                 complaint.empty() ? fmt::format("sbatch: ended with status {}", status) : complaint,
                                 submission.script.string()));
  if (!complaint.empty()) remark("{}\n", complaint);
  return job.substr(0, job.find(';'));  // "42;cluster"
}

void tell(const Submission& submission, const std::string& number) {
  const BatchJob& job = submission.job;
  const std::string log = log_file(job, number);
  fmt::print("job:      {}\nscript:   {}\n", number, submission.script.string());
  fmt::print("database: {}{}\n", submission.databases.front().string(),
             job.tasks > 1 ? fmt::format(" to {}", submission.databases.back().filename().string()) : "");
  fmt::print("log:      {}\n\nwatch it with\n  stormsweep status {}\n  squeue -j {}\n", log,
             shell_word(submission.databases.front().string()), number);
  if (job.tasks == 0) return;
  std::vector<std::string> files{submission.results.string()};
  for (const fs::path& file : submission.databases) files.push_back(file.string());
  fmt::print("join the parts, at any time, with\n  stormsweep merge {}\n", shell_words(files));
}

}  // namespace

int submit_command(const Arguments& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  const Arguments further(end == words.end() ? end : end + 1, words.end());
  SubmitQuestion q;
  if (!parse_options({words.begin(), end}, syntax_of(q))) return exit_done;
  check_database_name(q.results);
  check_run_options(further);
  Space space = read_lasting_space(q.space);
  if (gives(further, "--separate-epochs")) space.share_epochs = false;
  const Submission submission = make_submission(q, space, words, further);
  if (!check(submission.job, space)) return exit_done;
  warn(submission, space);
  const std::string script = batch_script(submission.job);
  if (q.dry_run) {
    fmt::print("{}", script);
    return exit_done;
  }
  keep_script(submission.script, script);
  tell(submission, send(submission));
  return exit_done;
}

}  // namespace stormsweep
