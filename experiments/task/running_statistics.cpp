#include "experiments/task/running_statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace stormsweep {

void share_buffers(torch::nn::Module& network, Gang& gang) {
  std::vector<torch::Tensor> buffers = network.buffers(), bytes;
  if (buffers.empty() || gang.shards() == 1) return;
  const torch::NoGradGuard no_gradient;
  for (const torch::Tensor& buffer : buffers) bytes.push_back(buffer.contiguous().flatten().view(torch::kUInt8));
  torch::Tensor sum = torch::cat(bytes).to(torch::kFloat32);  // a gang sums this type alone, and bytes exactly
  if (gang.shard() != 0) sum.zero_();
  gang.sum(sum);
  std::int64_t first = 0;
  for (std::size_t i = 0; i < buffers.size(); first += bytes[i++].numel()) {
    const torch::Tensor of_leader = sum.narrow(0, first, bytes[i].numel()).to(torch::kUInt8);
    buffers[i].copy_(of_leader.view(buffers[i].scalar_type()).view(buffers[i].sizes()));
  }
}

void RunningStatistics::share(torch::nn::Module& network, Gang& gang) {
  if (!std::exchange(shared_, true)) share_buffers(network, gang);
}

}  // namespace stormsweep
