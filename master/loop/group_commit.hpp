#pragma once

#include <cstdint>
#include <optional>

#include "master/store/store.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// Commits rows in groups, because a commit costs two fsyncs: a crash takes at most a quarter of a second of them. What
/// the store cannot take now stays in memory, and is offered again every second.
class GroupCommit {
 public:
  GroupCommit(Store& store, Seconds now) : store_(store), at_(now), counts_(store.counts()), best_(store.best()) {}

  void add(std::uint64_t rows = 1) { rows_ += rows; }
  void commit_when_due(Seconds now);
  void commit(Seconds now, Seconds patience = Seconds(0.1));
  /// The last one; how many trials that have ended the store did not take (Store::settle).
  std::uint64_t finish();

  /// Since when the store takes nothing; nothing: it does.
  std::optional<Seconds> blocked_since() const { return blocked_since_; }
  /// Whether rows are still to be committed.
  bool waiting() const { return rows_ > 0; }
  const StatusCounts& counts() const { return counts_; }           ///< committed rows of the search
  const std::optional<RatedTrial>& best() const { return best_; }  ///< of them

 private:
  void look() { counts_ = store_.counts(), best_ = store_.best(); }

  Store& store_;
  Seconds at_;  ///< of the last attempt
  std::optional<Seconds> blocked_since_;
  std::uint64_t rows_ = 0;  ///< since then
  StatusCounts counts_;
  std::optional<RatedTrial> best_;
};

}  // namespace stormsweep
