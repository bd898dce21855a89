#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// How the ranks of a gang, each with batches of its own, go through an epoch side by side: each takes its share of
/// `count` things, `copies` times, in batches of `batch_size`, or of the largest share where that is less. Ranks with
/// fewer samples end with smaller batches, or with empty ones.
class EpochShares {
 public:
  EpochShares(const Gang& gang, std::int64_t count, std::int64_t copies, std::int64_t batch_size);

  std::int64_t batch_size() const { return batch_size_; }
  std::int64_t samples() const { return samples_[own_]; }  ///< of this rank
  std::int64_t batches() const;                            ///< of any rank
  /// First and one past the last of this rank's samples in its batch k.
  std::pair<std::int64_t, std::int64_t> batch(std::int64_t k) const;
  std::int64_t total(std::int64_t k) const;  ///< samples of batch k, over all ranks

 private:
  std::vector<std::int64_t> samples_;  ///< of each rank
  std::size_t own_;
  std::int64_t most_, batch_size_;
};

}  // namespace stormsweep
