// The one file that knows NCCL; CMakeLists.txt says when it does.
#include "worker/training/nccl_sums.hpp"

#if defined(STORMSWEEP_NCCL) && defined(USE_C10D_NCCL)  // the latter: LibTorch has it too
#include <functional>
#include <set>
#include <string>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <utility>

#include "search/base/machine.hpp"
#include "worker/training/process_group_sums.hpp"
#endif

namespace stormsweep {

#if defined(STORMSWEEP_NCCL) && defined(USE_C10D_NCCL)  // the latter: LibTorch has it too

namespace {

/// Whether each member has a GPU for itself. A GPU is told by 24 bits, which float32 sums exactly; where two of them
/// agree by chance, sums go by way of the host.
bool a_gpu_each(Gang& gang, const torch::Device& device) {
  const std::size_t hash = std::hash<std::string>()(host_name() + device.str());
  torch::Tensor names = torch::zeros({gang.shards()});
  names[gang.shard()] = device.is_cuda() ? static_cast<float>(1 + (hash & 0xfffffe)) : 0.0f;
  gang.sum(names);
  std::set<float> different;
  for (std::int64_t i = 0; i < names.numel(); ++i) different.insert(names[i].item<float>());
  return different.size() == static_cast<std::size_t>(gang.shards()) && !different.contains(0);
}

}  // namespace

std::unique_ptr<DeviceSums> make_nccl_sums(Gang& host, const torch::Device& device, std::function<bool()> abandoned) {
  if (!a_gpu_each(host, device)) return nullptr;
  using Group = c10d::ProcessGroupNCCL;
  return std::make_unique<ProcessGroupSums<Group>>(host, std::move(abandoned), Group::Options::create());
}

#else

// NOLINTNEXTLINE(performance-unnecessary-value-param): with NCCL it is kept
std::unique_ptr<DeviceSums> make_nccl_sums(Gang&, const torch::Device&, std::function<bool()>) {
  return nullptr;
}

#endif

}  // namespace stormsweep
