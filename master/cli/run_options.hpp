#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/base/options.hpp"
#include "search/base/time.hpp"
#include "search/methods/share.hpp"

namespace stormsweep {

/// The most workers that a search may have: a few times the 27,360 that the schedulers were measured with.
inline constexpr int most_workers = 100'000;

/// The command line of `stormsweep run`.
struct RunOptions {
  std::filesystem::path space, results, json;
  std::filesystem::path stage;                        ///< absolute; empty: data is read where it is
  int workers = 0, workers_per_gpu = 0, threads = 0;  ///< 0: depends on the machine
  std::string device;
  double lost_after = 10, checkpoint_every = 300;
  bool retry_out_of_memory = false, synchronous = false, keep_work = false;
  std::optional<Seconds> time_limit;
  std::vector<std::filesystem::path> reuse;  ///< other databases
  int keep_best = 0;                         ///< number of networks to keep
  Share share;
  bool shared = false;  ///< by --share, or as a task of a Slurm array
  bool dry_run = false, retry_failed = false, separate_epochs = false;
};

/// How long the ranks of a job may take to start. They first load LibTorch, which from a slow file system takes far
/// longer than any later silence.
inline Seconds start_patience(const RunOptions& options) {
  return 20 * Seconds(std::max(1.0, options.lost_after));
}

/// Nothing where --help was asked for, which this function prints. Without --share, a task of a Slurm array takes its
/// share from SLURM_ARRAY_TASK_ID. Throws InputError.
std::optional<RunOptions> parse_run_options(const Arguments& arguments);

/// The database: --results, or <name>.db; that of share I is <name>-I.db, since only one job may write a database.
std::filesystem::path results_file(const RunOptions& options, const std::string& name);

/// The file of JSON lines: <--json>/<name>.jsonl; empty without --json.
std::filesystem::path lines_file(const RunOptions& options, const std::string& name);

/// Checkpoints, preaugmented data and fresh networks of the searches of a database: its folder "cache"
/// (master/store/side_folder.hpp), as an absolute path.
std::filesystem::path cache_folder(const std::filesystem::path& database);

/// <stem>-<index><extension>
std::filesystem::path share_file(std::filesystem::path file, std::uint64_t index);

}  // namespace stormsweep
