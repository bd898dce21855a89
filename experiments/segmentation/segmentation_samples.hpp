#pragma once

#include <cstdint>
#include <set>
#include <vector>

namespace stormsweep {

/// Which of a folder's files a rank of a gang reads. Every rank can compute those of every other, and so knows who
/// needs what (staging) and how large the batch of all ranks is.
struct SampleShares {
  std::int64_t files = 0;             ///< in the folder
  int shards = 1;                     ///< ranks of the gang
  std::set<std::int64_t> unusable{};  ///< files that nobody can read: never in a share

  std::int64_t usable() const { return files - static_cast<std::int64_t>(unusable.size()); }
  /// Files divided between the ranks: consecutive, their numbers differing by one at most.
  std::vector<std::int64_t> divided(int shard) const;
  /// `samples` files (or all, if there are not more) that the rank draws from the whole folder; ranks may draw the same
  /// ones. Kurth et al. 2018, section V-A1. `seed` is the search's: replicates train on the same files.
  std::vector<std::int64_t> drawn(int shard, std::int64_t samples, std::uint64_t seed) const;
  /// As the hyperparameter `samples` asks: 0 divides.
  std::vector<std::int64_t> training(int shard, std::int64_t samples, std::uint64_t seed) const {
    return samples == 0 ? divided(shard) : drawn(shard, samples, seed);
  }
};

}  // namespace stormsweep
