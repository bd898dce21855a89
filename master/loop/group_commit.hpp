#pragma once

#include <cstdint>
#include <optional>

#include "master/store/store.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// Commits rows in groups, because a commit costs two fsyncs; a crash loses at most a quarter of a second of rows. Rows
/// that the store cannot take now stay in memory, and are offered again every second.
class GroupCommit {
 public:
  GroupCommit(Store& store, Seconds now) : store_(store), at_(now), counts_(store.counts()), best_(store.best()) {}

  void add(std::uint64_t rows = 1) { rows_ += rows; }
  void commit_when_due(Seconds now);
  void commit(Seconds now, Seconds patience = Seconds(0.1));
  /// The last commit. Returns how many ended trials the store did not take (Store::settle).
  std::uint64_t finish();

  /// Since when the store has refused rows; empty: it takes them.
  std::optional<Seconds> blocked_since() const { return blocked_since_; }
  /// Whether rows are still to be committed.
  bool waiting() const { return rows_ > 0; }
  const StatusCounts& counts() const { return counts_; }           ///< committed rows of the search
  const std::optional<RatedTrial>& best() const { return best_; }  ///< the best of them

 private:
  void look() { counts_ = store_.counts(), best_ = store_.best(); }

  Store& store_;
  Seconds at_;  ///< of the last attempt
  std::optional<Seconds> blocked_since_;
  std::uint64_t rows_ = 0;  ///< rows added since the last commit
  StatusCounts counts_;
  std::optional<RatedTrial> best_;
};

}  // namespace stormsweep
