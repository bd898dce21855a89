#pragma once

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// One of several ranks, without the others: its sums have only its own part.
class Shard : public Gang {
 public:
  Shard(int shard, int shards) : shard_(shard), shards_(shards) {}
  int shard() const override { return shard_; }
  int shards() const override { return shards_; }

 private:
  int shard_, shards_;
};

}  // namespace stormsweep
