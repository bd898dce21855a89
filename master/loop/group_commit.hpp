#pragma once

#include <cstdint>
#include <optional>

#include "master/store/store.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// Commits rows in groups, because a commit costs two fsyncs: a crash takes at most a quarter of a second of them.
class GroupCommit {
 public:
  GroupCommit(Store& store, Seconds now) : store_(store), at_(now), counts_(store.counts()), best_(store.best()) {}

  void add(std::uint64_t rows = 1) { rows_ += rows; }
  void commit_when_due(Seconds now);
  void commit(Seconds now);

  const StatusCounts& counts() const { return counts_; }          ///< committed rows of the search
  const std::optional<BestTrial>& best() const { return best_; }  ///< of them

 private:
  Store& store_;
  Seconds at_;              ///< of the last commit
  std::uint64_t rows_ = 0;  ///< since then
  StatusCounts counts_;
  std::optional<BestTrial> best_;
};

}  // namespace stormsweep
