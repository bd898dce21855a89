// The one file that uses NCCL; CMakeLists.txt says when it is enabled.
#include "worker/training/nccl_sums.hpp"

#if defined(STORMSWEEP_NCCL) && defined(USE_C10D_NCCL)  // the latter: LibTorch has it too
#include <ATen/cuda/CUDAContext.h>
#include <fmt/format.h>

#include <functional>
#include <set>
#include <string>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <utility>

#include "search/base/machine.hpp"
#include "search/base/output.hpp"
#include "worker/training/process_group_sums.hpp"
#endif

namespace stormsweep {

#if defined(STORMSWEEP_NCCL) && defined(USE_C10D_NCCL)  // the latter: LibTorch has it too

namespace {

/// A number that is the same for ranks on the same GPU, which each may call cuda:0, or on parts of one. Made from its
/// PCI address, by which NCCL tells GPUs apart; 24 bits, which float32 sums exactly.
float name_of(const torch::Device& gpu) {
  const auto* const about = at::cuda::getDeviceProperties(gpu.index());
  const std::string place =
      fmt::format("{} {} {} {}", host_name(), about->pciDomainID, about->pciBusID, about->pciDeviceID);
  return static_cast<float>(1 + (std::hash<std::string>()(place) & 0xfffffe));
}

/// Whether each member has a GPU for itself. Where two numbers agree by chance, sums go through the host.
bool a_gpu_each(Gang& gang, const torch::Device& device) {
  torch::Tensor names = torch::zeros({gang.shards()});
  if (device.is_cuda()) names[gang.shard()] = name_of(device);
  gang.sum(names);
  std::set<float> different;
  for (std::int64_t i = 0; i < names.numel(); ++i) different.insert(names[i].item<float>());
  return different.size() == static_cast<std::size_t>(gang.shards()) && !different.contains(0);
}

}  // namespace

std::unique_ptr<DeviceSums> make_nccl_sums(Gang& host, const torch::Device& device, std::function<bool()> abandoned) {
  if (!a_gpu_each(host, device)) {
    if (device.is_cuda() && host.shard() == 0)
      remark("a gang of {} has fewer GPUs than ranks: it sums through host memory\n", host.shards());
    return nullptr;
  }
  // NCCL's watchdog would end this process when a mate is lost; here the master tells the gang, which survives.
  for (const char* name :
       {"TORCH_NCCL_ASYNC_ERROR_HANDLING", "NCCL_ASYNC_ERROR_HANDLING", "TORCH_NCCL_ENABLE_MONITORING"})
    setenv(name, "0", /*overwrite=*/0);
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
