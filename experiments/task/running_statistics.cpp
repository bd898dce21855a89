#include "experiments/task/running_statistics.hpp"

namespace stormsweep {

void share_running_statistics(torch::nn::Module& network, Gang& gang) {
  if (gang.shards() == 1) return;
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& buffer : network.buffers()) {
    if (!buffer.is_floating_point()) continue;
    torch::Tensor sum = gang.shard() == 0 ? buffer.clone() : torch::zeros_like(buffer);
    gang.sum(sum);
    buffer.copy_(sum);
  }
}

}  // namespace stormsweep
