#include "experiments/task/running_statistics.hpp"

namespace stormsweep {

void average_running_statistics(torch::nn::Module& network, Gang& gang) {
  if (gang.shards() == 1) return;
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& buffer : network.buffers()) {
    if (!buffer.is_floating_point()) continue;
    torch::Tensor sum = buffer.clone();
    gang.sum(sum);
    buffer.copy_(sum / gang.shards());
  }
}

}  // namespace stormsweep
