#include "experiments/task/epoch_shares.hpp"

#include <doctest/doctest.h>

#include "tests/experiments/shard.hpp"

using namespace stormsweep;
using Range = std::pair<std::int64_t, std::int64_t>;

TEST_CASE("ranks go through shares of an epoch in as many batches, the last ones smaller or empty") {
  // 11 things between 3 ranks: 3, 4 and 4, twice: 6, 8 and 8 samples, in batches of 3.
  const EpochShares first(Shard(0, 3), 11, 2, 3), last(Shard(2, 3), 11, 2, 3);
  CHECK(first.samples() == 6);
  CHECK(last.samples() == 8);
  CHECK(first.batches() == 3);
  CHECK(first.batch(1) == Range{3, 6});
  CHECK(first.batch(2) == Range{6, 6});
  CHECK(last.batch(2) == Range{6, 8});
  CHECK(first.total(0) == 9);
  CHECK(first.total(2) == 4);
  CHECK(last.total(2) == 4);
}

TEST_CASE("a batch is not larger than the largest share") {
  const EpochShares shares(Shard(0, 2), 5, 1, 100);
  CHECK(shares.batch_size() == 3);
  CHECK(shares.batches() == 1);
  CHECK(shares.batch(0) == Range{0, 2});
  CHECK(shares.total(0) == 5);
}
