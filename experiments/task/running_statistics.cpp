#include "experiments/task/running_statistics.hpp"

#include <utility>

namespace stormsweep {

void RunningStatistics::share(torch::nn::Module& network, Gang& gang) {
  if (std::exchange(shared_, true) || gang.shards() == 1) return;
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& buffer : network.buffers()) {
    if (!buffer.is_floating_point()) continue;
    torch::Tensor sum = gang.shard() == 0 ? buffer.clone() : torch::zeros_like(buffer);
    gang.sum(sum);
    buffer.copy_(sum);
  }
}

}  // namespace stormsweep
