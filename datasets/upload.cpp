#include "datasets/upload.hpp"

#ifdef STORMSWEEP_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace stormsweep {

#ifdef STORMSWEEP_CUDA

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30;

/// Memory freed after use on the default stream must not get this stream's next batch while the default stream still
/// uses it.
torch::Tensor sent(const torch::Tensor& pinned, const torch::Device& device) {
  auto copy = pinned.to(device, /*non_blocking=*/true);
  copy.record_stream(c10::cuda::getDefaultCUDAStream(device.index()).unwrap());
  return copy;
}

}  // namespace

Batch uploaded(Batch batch, const torch::Device& device) {
  if (!device.is_cuda() || batch.input.is_cuda()) return batch;
  const Batch pinned{batch.input.pin_memory(), batch.target.pin_memory(), batch.total};
  if (pinned.input.nbytes() + pinned.target.nbytes() > most_bytes) return pinned;
  // One stream for all threads, because the allocator keeps freed memory separately for each stream.
  static const c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool(false, device.index());
  const c10::cuda::CUDAStreamGuard guard(stream);
  Batch result{sent(pinned.input, device), sent(pinned.target, device), batch.total};
  stream.synchronize();
  return result;
}

double memory_of(const torch::Device& device) {
  return static_cast<double>(at::cuda::getDeviceProperties(device.index())->totalGlobalMem);
}

#else

Batch uploaded(Batch batch, const torch::Device&) {
  return batch;
}

double memory_of(const torch::Device&) {
  return 0;
}

#endif

}  // namespace stormsweep
