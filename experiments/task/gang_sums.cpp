#include "experiments/task/gang_sums.hpp"

#include <torch/utils.h>

namespace stormsweep {

namespace {

constexpr std::int64_t parts = 3;  // float32, in which gangs sum, holds 24 bits of a number's 53

}  // namespace

/// Each rank has rows of its own, to which the others add zeros.
void sum_over(Gang& gang, torch::Tensor& sums) {
  if (gang.shards() == 1) return;
  torch::Tensor rest = sums.flatten(), rows = torch::zeros({gang.shards(), parts, sums.numel()});
  for (std::int64_t part = 0; part < parts; ++part) {
    const torch::Tensor digits = rest.to(torch::kFloat32);
    rows[gang.shard()][part] = digits;
    rest = (rest - digits.to(torch::kFloat64)).nan_to_num(0.0, 0.0, 0.0);  // where it is not finite, nothing is left
  }
  gang.sum(rows);
  sums = rows.to(torch::kFloat64).sum(1).sum(0).view(sums.sizes());
}

}  // namespace stormsweep
