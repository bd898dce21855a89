#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "master/store/process_identity.hpp"
#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/space/outcome.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Rows of one search by status.
struct StatusCounts {
  std::uint64_t running = 0, complete = 0, failed = 0, diverged = 0, out_of_memory = 0;
  std::uint64_t terminal() const { return complete + failed + diverged + out_of_memory; }
};

inline constexpr double undefined_metric = std::numeric_limits<double>::quiet_NaN();

/// A trial, the value of the search's metric and its place in the order of the search that stored it.
struct RatedTrial {
  TrialId trial;
  double metric = 0;
  TrainingId training;
};

/// Whether `a` comes before `b` among the best: by the metric, undefined ones last; at a tie by the order of the
/// search, so that the order in which rows were stored does not matter. Rows of an earlier version of the space, or
/// from another database (reuse.hpp), keep the place that they had.
bool better(const RatedTrial& a, const RatedTrial& b, Goal goal);

/// A trial as stored in the database.
struct StoredTrial {
  RatedTrial rated;  ///< its metric is NaN where it is undefined, or the trial is not complete
  bool of_this_search = true;
};

/// How a search is stored.
struct StoreOptions {
  std::filesystem::path json;  ///< file of JSON lines; empty: none
  bool retry_failed = false;   ///< trials that failed, diverged or ran out of memory wait again, from attempt 1
  std::vector<std::filesystem::path> reuse = {};  ///< databases whose trials of the space are copied (reuse.hpp)
  Seconds patience{0};               ///< how long to wait for another writer of the search, which may be about to end
  Seconds silence{writer_patience};  ///< after this silence a writer on another host is taken for dead
  /// Called once, with a message, if a writer on another host must be watched for `silence`. May be null.
  std::function<void(const std::string& text)> waiting = nullptr;
  /// Whether to stop waiting for another writer. Null: never.
  std::function<bool()> stopped = nullptr;
  /// Called with each trial that Store::finish has ended, once it is committed; its metric is as in StoredTrial. May be
  /// null.
  std::function<void(const RatedTrial& trial, const Identity& identity)> committed = nullptr;
  /// How long `settle` keeps trying while another process holds the file, or the disk is full.
  Seconds last_patience{60};
};

/// The value of the metric of that name; NaN where there is none.
double value_of(const Metrics& metrics, std::string_view name);

}  // namespace stormsweep
