#include "master/cli/run_checks.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "master/store/database.hpp"
#include "master/store/json_lines.hpp"
#include "master/store/search_lease.hpp"
#include "master/store/stored_share.hpp"
#include "search/base/error.hpp"
#include "search/methods/halving.hpp"
#include "search/space/extent.hpp"
#include "search/space/gang_sizes.hpp"
#include "search/space/precision.hpp"
#include "search/space/runs_itself.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// Refuses databases that cannot be reused before any rank starts.
void check_reuse(const RunOptions& options) {
  for (const fs::path& file : options.reuse) {
    std::error_code missing;
    if (fs::equivalent(file, options.results, missing))
      throw InputError(
          fmt::format("stormsweep run: --reuse: {} is this search's own database; name another one", file.string()));
    open_for_reading(file);
  }
}

/// Checked before anything is created: otherwise unwritable JSON lines would leave a database without trials.
void check_json(const Space& space, const RunOptions& options) {
  if (options.json.empty()) return;
  const auto refuse = [](const fs::path& place, const char* problem) {
    throw InputError(
        fmt::format("stormsweep run: --json: {} {}; give a folder that can be written", place.string(), problem));
  };
  std::error_code missing;
  const fs::path file = fs::absolute(lines_file(options, space.name));
  if (const fs::path other = other_owner(file, options.results); !other.empty())
    throw InputError(
        fmt::format("stormsweep run: --json: {0} has the lines of {1}; give another folder, or remove {0}.lock",
                    file.string(), other.string()));
  if (fs::is_directory(file, missing)) refuse(file, "is a folder");
  if (fs::exists(file, missing) && access(file.c_str(), W_OK) != 0) refuse(file, "may not be written");
  fs::path there = file.parent_path();
  while (!fs::exists(there, missing) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, missing)) refuse(there, "is no folder");
  if (!fs::exists(file, missing) && access(there.c_str(), W_OK | X_OK) != 0) refuse(there, "may not be written");
}

/// Checked here so that a dry run reports it, too.
void check_results(const fs::path& file) {
  holds_results(file);  // refuses what is no database of ours
  std::error_code missing;
  const fs::path folder = fs::absolute(file).parent_path();
  if (!fs::is_directory(folder, missing))
    throw InputError(fmt::format("{}: cannot be made, for {} is no folder; make that, or name another --results",
                                 file.string(), folder.string()));
}

void check_method(const Space& space, const RunOptions& options) {
  if (has_rungs(space.method)) brackets(space);  // throws if the limit allows none
  if (options.separate_epochs && has_rungs(space.method))
    throw InputError("stormsweep run: --separate-epochs: " + space.method.name + " continues trainings; leave it out");
  if (const std::string why = why_not_shared(space); options.shared && !why.empty())
    throw InputError(fmt::format("stormsweep run: --share: {} cannot be divided among jobs, for {}; run one job",
                                 space.method.name, why));
}

}  // namespace

void check_options(const Space& space, const RunOptions& options) {
  check_results(options.results);
  check_method(space, options);
  check_reuse(options);
  check_json(space, options);
  if (options.shared) refuse_other_division(options.results, space.name, options.share);
  if (options.keep_best > 0 && space.metric_at == MetricAt::best)
    throw InputError(
        "stormsweep run: --keep-best keeps networks as their trials end, and the space chooses by the best epoch; "
        "give metric.at \"last\" there, or leave out --keep-best");
  if (space.experiment->command && (options.keep_best > 0 || !options.stage.empty()))
    throw InputError(fmt::format("stormsweep run: {}: {} trains by a command, which has files of its own; leave it out",
                                 options.keep_best > 0 ? "--keep-best" : "--stage", space.experiment->name));
  if (options.keep_work && !space.experiment->command)
    throw InputError(
        fmt::format("stormsweep run: --keep-work: {} trains by no command; leave it out", space.experiment->name));
  if (!options.stage.empty() && space.experiment->data.empty())
    throw InputError(fmt::format("stormsweep run: --stage: {} reads no data; leave it out", space.experiment->name));
}

void check_gangs(const Space& space, const RunOptions& options, int workers) {
  if (const std::int64_t largest = largest_gang(space); largest > workers) {
    throw InputError(
        fmt::format("{0}: parameters.gpus is {1}, but {2} {3}; give --workers {1} or more (or mpirun -n {4})",
                    options.space.string(), largest, workers,
                    workers == 1 ? "worker is all there is" : "workers are all there are", largest + 1));
  }
}

void check_device(const Space& space, const RunOptions& options, int gpus) {
  if (options.device == "cuda" && gpus == 0)
    throw InputError(fmt::format("stormsweep run: --device is cuda, but {}; give --device cpu",
                                 runs_itself(*space.experiment)
                                     ? "no GPU is seen here"
                                     : "LibTorch finds no GPU here, or is one for processors"));
}

void check_precision(const Space& space, const RunOptions& options, int gpus) {
  if (gpus > 0 && options.device != "cpu") return;
  for (const Value& precision : values(space, "precision"))
    if (is_of_gpus(std::get<std::string>(precision)))
      throw InputError(
          fmt::format("{}: parameters.precision is {}, which is arithmetic of GPUs, and {}; give fp32 or bf16",
                      options.space.string(), to_string(precision),
                      options.device == "cpu" ? "--device is cpu" : "LibTorch finds none here"));
}

}  // namespace stormsweep
