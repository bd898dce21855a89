#pragma once

#include <cstddef>
#include <set>

#include "search/space/trainings.hpp"

namespace stormsweep {

/// Which trials of a training have ended. In a gang not always in order: a mate may fail in a later trial before the
/// leader, which alone reports success, has reported an earlier one.
class EndedTrials {
 public:
  explicit EndedTrials(const Training& training) : trials_(training.trials()) {}

  /// Returns whether this is the first report of its end.
  bool add(std::size_t milestone) { return ended_.insert(milestone).second; }
  /// Later reports of any of them no longer count.
  void add_all() {
    for (std::size_t k = 0; k < trials_; ++k) ended_.insert(k);
  }
  bool all() const { return ended_.size() == trials_; }
  bool last() const { return ended_.contains(trials_ - 1); }
  /// How many trials in a row, from the first, have ended.
  std::size_t in_order() const {
    std::size_t count = 0;
    while (ended_.contains(count)) ++count;
    return count;
  }

 private:
  std::size_t trials_;
  std::set<std::size_t> ended_;
};

}  // namespace stormsweep
