#include "master/cli/run_options.hpp"

#include <fmt/format.h>

#include <string_view>

#include "master/store/database.hpp"
#include "master/store/side_folder.hpp"
#include "search/base/duration.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr std::uint64_t most_shares = 1'000'000;
constexpr int most_workers_per_gpu = 1000;  // each takes some hundred MB of the GPU before it trains anything

Syntax syntax() {
  Syntax s{"stormsweep run",
           "SPACE [options]",
           "Runs the search that the JSON file SPACE describes, or continues it where its database says it stood. "
           "Outside MPI it\n"
           "starts mpirun itself; under mpirun or srun --mpi=pmix, rank 0 dispatches to the other ranks. Ctrl-C stops "
           "it cleanly.\n"
           "Exit status: 0 done, 1 some trials failed, 2 bad input, 3 master lost, 85 stopped early: run it again to "
           "continue.",
           "stormsweep run quick.json --workers 2\nstormsweep run quick.json --share 0/3 --time-limit 8h\n"
           "mpirun -n 3 stormsweep run quick.json --results quick.db",
           {},
           {}};
  s.operands.add_options()("space", po::value<std::string>()->required(), "the search space, a JSON file");
  s.options.add_options()("results", po::value<std::string>(), "the database (default: <name>.db here)")(
      "json", po::value<std::string>(), "a folder for <name>.jsonl, one line a trial")(
      "workers", po::value<int>(),
      "ranks that train (default: one a GPU, else one a core; in a Slurm job its tasks less one)")(
      "workers-per-gpu", po::value<int>(),
      "ranks that train on each GPU, which a small network does not fill (default: one)")(
      "threads", po::value<int>(), "training threads a worker (default: its share of the node's cores)")(
      "device", po::value<std::string>()->default_value("auto"), "auto, cpu or cuda")(
      "lost-after", po::value<double>()->default_value(10),
      "seconds of silence after which a worker is taken for dead; 20 times as long at the start")(
      "time-limit", po::value<std::string>(),
      "stop before so much time is over: 3600, 90m, 8h, 1-00:00:00 (default: the end of the Slurm job)")(
      "share", po::value<std::string>(),
      "I/N: only part I (from 0) of N, into <name>-I.db (default: by the task number in a Slurm array)")(
      "schedule", po::value<std::string>()->default_value("master-worker"),
      "master-worker: trainings are handed out as ranks are free, the longest first once that is known; synchronous: "
      "every rank works through a share of its own")(
      "checkpoint-every", po::value<double>()->default_value(300),
      "seconds between checkpoints of a training, from which it continues after a loss or a stop; 0: none")(
      "on-oom", po::value<std::string>()->default_value("fail"),
      "where memory runs out: fail, or retry-smaller-microbatch, which accumulates gradients instead")(
      "keep-best", po::value<int>()->default_value(0),
      "keep the trained networks of the N best trials, by the search's metric, beside the database: of quick.db in "
      "quick.models/trial-<id>.pt; give it again when you continue")(
      "stage", po::value<std::string>(),
      "a folder on each machine's own disk: the data is copied there first, from rank to rank, each "
      "file read once from where it is")(
      "reuse", po::value<std::vector<std::string>>()->composing(),
      "another database: what has ended there of the same configurations, experiment and data is copied first; may be "
      "repeated")("separate-epochs", po::bool_switch(), "train configurations that differ only in epochs one by one")(
      "keep-work", po::bool_switch(), "keep the work folders of commands, even for complete trials")(
      "retry-failed", po::bool_switch(), "run failed, diverged and out-of-memory trials again")(
      "dry-run", po::bool_switch(), "check all that can be seen before ranks start, print the plan, train nothing");
  return s;
}

/// The value of an option, 1 to `most`; 0 where it was not given.
int positive(const po::variables_map& values, const char* name, int most) {
  if (!values.count(name)) return 0;
  const int value = values[name].as<int>();
  check_range("stormsweep run", name, value, 1, most);
  return value;
}

std::optional<std::uint64_t> variable(const char* name) {
  return whole_number(environment(name));
}

Share parse_share(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto index = whole_number(std::string_view(text).substr(0, slash));
  const auto count = whole_number(std::string_view(text).substr(std::min(slash + 1, text.size())));
  if (!index || !count || *index >= *count || *count > most_shares)
    throw InputError(
        fmt::format("stormsweep run: --share is {}; give I/N, such as 0/3, 1/3 and 2/3 for three jobs", text));
  return {*index, *count};
}

/// The share of this task, if it is one of a Slurm array.
std::optional<Share> array_share() {
  const auto task = variable("SLURM_ARRAY_TASK_ID"), count = variable("SLURM_ARRAY_TASK_COUNT");
  if (!task || !count) return std::nullopt;
  const auto first = variable("SLURM_ARRAY_TASK_MIN").value_or(0);
  const auto last = variable("SLURM_ARRAY_TASK_MAX").value_or(*count - 1);
  if (*count == 0 || first != 0 || last != *count - 1)
    throw InputError(
        fmt::format("stormsweep run: task {} of a Slurm array of {} tasks from {} to {}: which part of the search is "
                    "that? Give --array={} to sbatch, or --share I/N to run",
                    *task, *count, first, last, *count > 1 ? fmt::format("0-{}", *count - 1) : "0"));
  return Share{*task, *count};
}

void check_seconds(const RunOptions& o) {
  if (!(o.lost_after >= 0.1 && o.lost_after <= 86400))
    throw InputError(fmt::format("stormsweep run: --lost-after is {}; give seconds from 0.1 to 86400", o.lost_after));
  if (!(o.checkpoint_every >= 0))
    throw InputError(fmt::format("stormsweep run: --checkpoint-every is {}; give seconds", o.checkpoint_every));
}

/// Refuses options that do not work for a share of a search.
void check_part(const RunOptions& o) {
  if (!o.json.empty())
    throw InputError(
        "stormsweep run: --json is not possible for a part of a search; merge the parts, and give it to a run of "
        "those");
  if (!o.reuse.empty())
    throw InputError(
        "stormsweep run: --reuse would bring a part of a search the trials of the others; merge the parts, and give it "
        "to a run of those");
  if (o.synchronous)
    throw InputError(
        "stormsweep run: --schedule synchronous divides a search among its own ranks; give no --share, or "
        "master-worker");
}

}  // namespace

std::optional<RunOptions> parse_run_options(const Arguments& arguments) {
  const auto values = parse_options(arguments, syntax());
  if (!values) return std::nullopt;
  const auto text = [&](const char* name) {
    return values->count(name) ? (*values)[name].as<std::string>() : std::string();
  };
  RunOptions o;
  o.space = text("space"), o.results = text("results"), o.json = text("json");
  check_database_name(o.results);
  if (!text("stage").empty()) o.stage = std::filesystem::absolute(text("stage")).lexically_normal();
  o.workers_per_gpu = positive(*values, "workers-per-gpu", most_workers_per_gpu);
  if (o.workers_per_gpu > 0 && values->count("workers"))
    throw InputError("stormsweep run: --workers and --workers-per-gpu both say how many there are; give one of them");
  o.workers = positive(*values, "workers", most_workers);
  o.threads = positive(*values, "threads", most_threads);
  o.device = one_of({"auto", "cpu", "cuda"}, "device", *values);
  o.lost_after = (*values)["lost-after"].as<double>();
  o.checkpoint_every = (*values)["checkpoint-every"].as<double>();
  check_seconds(o);
  o.synchronous = one_of({"master-worker", "synchronous"}, "schedule", *values) == "synchronous";
  o.retry_out_of_memory = one_of({"fail", "retry-smaller-microbatch"}, "on-oom", *values) != "fail";
  o.keep_best = (*values)["keep-best"].as<int>();
  if (o.keep_best < 0) throw InputError(fmt::format("stormsweep run: --keep-best is {}; give a number", o.keep_best));
  if (values->count("time-limit")) o.time_limit = parse_duration("time-limit", text("time-limit"), Seconds(1));
  const auto share = values->count("share") ? parse_share(text("share")) : array_share();
  o.shared = share.has_value();
  o.share = share.value_or(Share{});
  if (values->count("reuse"))
    for (const std::string& file : (*values)["reuse"].as<std::vector<std::string>>()) o.reuse.emplace_back(file);
  if (o.shared) check_part(o);
  o.dry_run = (*values)["dry-run"].as<bool>(), o.retry_failed = (*values)["retry-failed"].as<bool>();
  o.keep_work = (*values)["keep-work"].as<bool>();
  o.separate_epochs = (*values)["separate-epochs"].as<bool>();
  return o;
}

std::filesystem::path results_file(const RunOptions& options, const std::string& name) {
  const std::filesystem::path file = options.results.empty() ? std::filesystem::path(name + ".db") : options.results;
  return options.shared ? share_file(file, options.share.index) : file;
}

std::filesystem::path lines_file(const RunOptions& options, const std::string& name) {
  if (options.json.empty()) return {};
  return std::filesystem::path(options.json) / (name + ".jsonl");
}

std::filesystem::path cache_folder(const std::filesystem::path& database) {
  return side_folder(std::filesystem::absolute(database), "cache");
}

std::filesystem::path share_file(std::filesystem::path file, std::uint64_t index) {
  const std::string extension = file.extension().string();
  return file.replace_extension().concat(fmt::format("-{}{}", index, extension));
}

}  // namespace stormsweep
