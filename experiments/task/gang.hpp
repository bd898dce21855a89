#pragma once

#include <cstdint>
#include <utility>

#include <torch/types.h>

namespace stormsweep {

/// The ranks that train one configuration together, as a task sees them: it trains shard `shard` of `shards`. Here: one
/// rank alone.
class Gang {
 public:
  virtual ~Gang() = default;
  virtual int shard() const { return 0; }
  virtual int shards() const { return 1; }
  /// Sums float32 `values` over the gang, in place; every rank gets the same bits. All ranks call it in the same order.
  virtual void sum(torch::Tensor& /*values*/) {}

  /// First and one past the last of a rank's share of `count` things, this rank's or another's; shares differ by one at
  /// most.
  std::pair<std::int64_t, std::int64_t> share(std::int64_t count) const { return share(count, shard()); }
  std::pair<std::int64_t, std::int64_t> share(std::int64_t count, int shard) const {
    return {count * shard / shards(), count * (shard + 1) / shards()};
  }
};

}  // namespace stormsweep
