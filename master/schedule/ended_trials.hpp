#pragma once

#include <cstddef>
#include <set>

#include "search/space/trainings.hpp"

namespace stormsweep {

/// Which trials of a training have ended, of a gang's not always in order: a mate may fail over a later one while the
/// leader, which alone tells what is complete, has yet to tell of an earlier one.
class EndedTrials {
 public:
  explicit EndedTrials(const Training& training) : trials_(training.trials()) {}

  /// Whether this is the first word of its end.
  bool add(std::size_t milestone) { return ended_.insert(milestone).second; }
  /// No word of any of them counts any more.
  void add_all() {
    for (std::size_t k = 0; k < trials_; ++k) ended_.insert(k);
  }
  bool all() const { return ended_.size() == trials_; }
  bool last() const { return ended_.contains(trials_ - 1); }
  /// How many have ended before the first that has not.
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
