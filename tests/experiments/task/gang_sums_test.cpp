#include "experiments/task/gang_sums.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "tests/experiments/shard.hpp"

using namespace stormsweep;

namespace {

/// A rank of a gang whose other ranks have sent `others`.
class Summed : public Shard {
 public:
  Summed(int shard, int shards, torch::Tensor others) : Shard(shard, shards), others_(std::move(others)) {}
  void sum(torch::Tensor& values) override {
    CHECK((values.scalar_type() == torch::kFloat32));
    sent = values.clone();
    if (others_.defined()) values += others_;
  }
  torch::Tensor sent;

 private:
  torch::Tensor others_;
};

torch::Tensor numbers(std::initializer_list<double> values) {
  return torch::tensor(std::vector<double>(values), torch::kFloat64).view({2, -1});
}

}  // namespace

TEST_CASE("sums over a gang keep all digits of float64; a rank alone keeps its bits") {
  const double many = 9007199254740991, third = 1.0 / 3;  // 2^53 - 1
  const auto mine = numbers({many - 5, third, -1e-12, 16777217});
  auto alone = mine.clone();
  Gang one;
  sum_over(one, alone);
  CHECK(alone.equal(mine));

  const auto theirs = numbers({5, third, 3, 33554433});
  Summed second(1, 2, {});
  auto sums = theirs.clone();
  sum_over(second, sums);
  Summed first(0, 2, second.sent);
  sums = mine.clone();
  sum_over(first, sums);
  CHECK(sums.equal(numbers({many, third + third, 3 - 1e-12, 16777217 + 33554433})));
}

TEST_CASE("a sum of what is not finite is not finite") {
  const double infinity = std::numeric_limits<double>::infinity();
  auto sums = numbers({infinity, std::numeric_limits<double>::quiet_NaN()});
  Summed rank(0, 2, {});
  sum_over(rank, sums);
  CHECK(sums[0][0].item<double>() == infinity);
  CHECK(std::isnan(sums[1][0].item<double>()));
}
