#include "master/cli/run_master.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/prctl.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "master/cli/data_check.hpp"
#include "master/cli/run_checks.hpp"
#include "master/cli/run_space.hpp"
#include "master/loop/launch.hpp"
#include "master/loop/master_loop.hpp"
#include "master/loop/signals.hpp"
#include "master/loop/stale_checkpoints.hpp"
#include "master/loop/status_file.hpp"
#include "master/slurm/allocation.hpp"
#include "master/slurm/job_end.hpp"
#include "master/store/database.hpp"
#include "master/store/kept_models.hpp"
#include "master/store/store.hpp"
#include "master/store/stored_extent.hpp"
#include "master/store/stored_share.hpp"
#include "search/base/error.hpp"
#include "search/base/output.hpp"
#include "search/base/pulse.hpp"
#include "search/base/table.hpp"
#include "search/base/text.hpp"
#include "search/base/utc.hpp"
#include "search/methods/methods.hpp"
#include "search/space/cache_files.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr Seconds workers_patience{60};  // for workers that have stopped to finalize MPI

std::optional<StoredShare> share_of(const Space& space, const RunOptions& options) {
  if (!options.shared) return std::nullopt;
  return StoredShare{options.share, make_method(space, options.share)->trials()};
}

int exit_status(const Conclusion& conclusion) {
  if (conclusion.ending != Ending::done) return exit_drained;
  const StatusCounts& counts = conclusion.counts;
  return counts.failed + counts.diverged + counts.out_of_memory > 0 ? exit_some_failed : exit_done;
}

void tell_end(const Conclusion& conclusion, bool again, const RunOptions& options, const Store& store,
              const KeptModels& models) {
  if (conclusion.ending == Ending::workers_lost) {
    remark("every worker is lost; {}\n", again ? "starting them again" : "run it again to continue");
  }
  if (conclusion.ending == Ending::rank_lost) {
    remark("a rank is lost, and with it the shares of the synchronous schedule; {}\n",
           again ? "restarting with what is missing" : "run it again to continue");
  }
  if (conclusion.ending == Ending::short_handed)
    remark("the remaining trainings need more workers than are left; run it again to continue\n");
  if (!conclusion.limit.empty()) remark("ended by {} of the search space\n", conclusion.limit);
  if (again) return;
  remark("results: {}\n", options.results.string());
  if (const std::string kept = models.summary(store); !kept.empty()) remark("{}\n", kept);
}

void tell_reused(const Store& store, const RunOptions& options) {
  std::vector<std::string> files;
  for (const fs::path& file : options.reuse) files.push_back(file.string());
  remark("reused from {}: {} trials\n", fmt::join(files, ", "), grouped(store.reused()));
}

RunSettings run_settings(const RunOptions& options, const Space& space, const DataReport& data) {
  return {.directory = fs::absolute(options.space).parent_path(),
          .fingerprint = data.fingerprint,
          .stamps = data.stamps,
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

/// Stores what can be stored of a search after an error.
void keep(Store& store) {
  try {
    store.settle();
    store.close();
  } catch (const std::exception&) {  // the error has been reported
  }
}

MpiChannel start_mpi(const RunOptions& options) {
  return MpiChannel(start_patience(options), [patience = start_patience(options)] {
    remark(
        "the ranks have not all started within {:g} s: one may be dead, or hosts not reach each other; run it again, "
        "or say which of several networks to use (export OMPI_MCA_btl_tcp_if_include=eth0)\n",
        patience.count());
    launch::leave_report({exit_drained, false});
    std::_Exit(exit_drained);
  });
}

/// The ranks of this job. All wait for rank 0, which may spend hours on checking the data and opening the database:
/// `alive` sends them heartbeats until MasterLoop does.
struct Ranks {
  MpiChannel channel;
  std::optional<Pulse> alive = {};

  explicit Ranks(const RunOptions& options) : channel(start_mpi(options)) {
    launch::leave_started();
    alive.emplace(Seconds(options.lost_after / 4), [this] {
      const std::string sign = wire::encode(wire::ToWorker(wire::Heartbeat{}));
      for (int worker = 1; worker < channel.size(); ++worker) channel.send(worker, sign);
    });
  }
};

/// Reports an error that ends the search, and returns the exit status.
int told(const std::exception& error) {
  const auto* files = dynamic_cast<const std::filesystem::filesystem_error*>(&error);
  remark("{}\n", files ? refusal(*files) : error.what());
  return files || dynamic_cast<const InputError*>(&error) ? exit_bad_input : exit_master_lost;
}

/// Exits without MPI_Finalize, which would wait for a rank that is gone. A launched job exits with 0, because mpirun
/// would print a message about any other status, and `stormsweep run` reads the report anyway. `store`: saved as far as
/// possible.
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
  const SizedSearch sized = size_run(space, options, workers);
  if (sized.told.empty()) return sized.space;
  remark("{}\n", sized.told);
  keep_extent(options.results, sized.space);
  return sized.space;
}

/// A search that has been opened.
struct OpenSearch {
  const Space& space;
  const RunOptions& options;
  const DataReport& data;
  Store& store;
  KeptModels& models;
};

/// What this run had spent of its limits before its ranks were started again.
Spent spent_before() {
  std::istringstream told{std::string(environment(launch::started_again))};
  double seconds = 0;
  std::uint64_t failures = 0;
  told >> seconds >> failures;
  return {Seconds(seconds), failures};
}

/// Trains until the search ends, or this job does, by `end`.
Conclusion carry_on(const OpenSearch& search, Ranks& ranks, std::optional<double> end) {
  MpiChannel& channel = ranks.channel;
  channel.refuse_alone();
  if (launch::launched() && std::ssize(channel.node_cores()) == channel.size())
    allocation::refuse_one_node(channel.size());
  const int workers = channel.size() - 1;
  check_gangs(search.space, search.options, workers);
  const Space space = settle_size(search.space, search.options, workers);
  MasterLoop::Options looping{.settings = run_settings(search.options, space, search.data),
                              .columns = launch::terminal_columns(),
                              .share = search.options.share,
                              .spent = spent_before(),
                              .end_moves = !search.options.time_limit};
  if (end) looping.remaining = Seconds(*end - unix_time());
  MasterLoop loop(channel, search.store, space, looping);
  ranks.alive.reset();
  return loop.run(signals::drain_asked());
}

/// Removes files that the search no longer needs, and reports how it ended. Returns the exit status.
int conclude(const OpenSearch& search, const Conclusion& conclusion) {
  search.models.close();
  if (conclusion.ending == Ending::done && conclusion.limit.empty())
    remove_stale_checkpoints(cache_folder(search.options.results),
                             checkpoint_fingerprint(search.space, search.data.fingerprint), search.store);
  // A launcher restarts the job if that gets further; a bare mpirun cannot.
  const bool again = launch::launched() && conclusion.attempts_raised &&
                     (conclusion.ending == Ending::workers_lost || conclusion.ending == Ending::rank_lost);
  tell_end(conclusion, again, search.options, search.store, search.models);
  const int status = exit_status(conclusion);
  launch::leave_report({status, again, conclusion.workers_died, conclusion.failures});
  return launch::launched() ? exit_done : status;
}

/// Runs the search to its end, or an error.
int dispatch_job(const OpenSearch& search, Ranks& ranks) {
  Conclusion conclusion;
  try {
    conclusion = carry_on(search, ranks, find_job_end(search.options.time_limit));
  } catch (const std::exception& error) {  // a full disk, say; committed rows stay
    const int status = told(error);
    const bool may_pass = dynamic_cast<const NotNow*>(&error) != nullptr;  // if so, another run can continue
    leave(ranks.channel, {.status = may_pass ? exit_drained : status}, &search.store);
  }
  const int status = conclude(search, conclusion);
  try {
    search.store.close();
  } catch (const std::exception&) {  // the error has been reported
  }
  if (conclusion.workers_died) std::_Exit(status);
  ranks.channel.leave_within(workers_patience, [status] { std::_Exit(status); });  // one may have died since it stopped
  return status;
}

/// `models` considers each trial once it is committed.
Store::Options store_options(const RunOptions& options, const Space& space, KeptModels& models) {
  Store::Options storing{.json = lines_file(options, space.name),
                         .retry_failed = options.retry_failed,
                         .reuse = options.reuse,
                         .patience = Seconds(options.lost_after),
                         .waiting = [](const std::string& text) { remark("{}\n", text); },
                         .stopped = []() -> bool { return signals::drain_asked(); }};
  storing.last_patience = 6 * storing.patience;
  if (options.keep_best > 0)
    storing.committed = [&models](const RatedTrial& trial, const Identity& identity) {
      models.consider(trial, identity);
    };
  return storing;
}

/// Outlives an error. The models come first, as the store uses them in its last commit.
struct Kept {
  std::optional<KeptModels> models;
  std::optional<Store> store;
};

/// Opens a search whose data is sound, and runs it.
int run_search(const Space& space, const RunOptions& options, const DataReport& report, Ranks& ranks, Kept& kept) {
  check_precision(space, options, report.gpus);
  KeptModels& models = kept.models.emplace(options.results, cache_folder(options.results), space,
                                           static_cast<std::size_t>(options.keep_best));
  Store& store = kept.store.emplace(options.results, space, report.fingerprint, store_options(options, space, models));
  if (!options.reuse.empty()) tell_reused(store, options);
  models.open(store);
  write_share(options.results, space.name, share_of(space, options));
  return dispatch_job({space, options, report, store, models}, ranks);
}

}  // namespace

int become_master(RunOptions options) {
  prctl(PR_SET_PDEATHSIG, SIGUSR1);                   // drain if mpirun is killed
  if (!environment(launch::started_again).empty()) {  // the first start has done both
    options.retry_failed = false;
    options.reuse.clear();
  }
  Ranks ranks(options);  // first: while ranks wait in MPI_Init, one that reads for long cannot be told from a dead one
  Kept kept;
  int status = exit_bad_input;
  try {
    const Space space = read_run_space(options);
    if (const auto report = check_data(space, options)) return run_search(space, options, *report, ranks, kept);
  } catch (const std::exception& error) {
    status = told(error);
  }
  if (signals::drain_asked()) status = exit_drained;
  leave(ranks.channel, {.status = status}, kept.store ? &*kept.store : nullptr);
}

}  // namespace stormsweep
