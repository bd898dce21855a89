#include "models/kernels/tornado_cuda.cuh"

#include <algorithm>

#include "models/kernels/cuda_check.cuh"

namespace stormsweep {

namespace {

void launch(const TornadoCudaWeights& weights, const TornadoSamples& samples, std::int64_t count, int blocks,
            float* sums, bool rounded, CudaStream stream) {
  const auto kernel = rounded ? run<true> : run<false>;
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, sizeof(Shared)));
  kernel<<<blocks, threads, sizeof(Shared), stream>>>(weights, samples, count, sums);
  check(cudaGetLastError());
}

int used(int blocks, std::int64_t samples) {
  return static_cast<int>(std::min<std::int64_t>(blocks, samples));
}

}  // namespace

int tornado_cuda_blocks(int device) {
  int blocks = 0, bytes = 0;
  check(cudaDeviceGetAttribute(&blocks, cudaDevAttrMultiProcessorCount, device));
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  return bytes >= static_cast<int>(sizeof(Shared)) ? blocks : 0;
}

void tornado_cuda_predict(const TornadoCudaWeights& weights, const TornadoSamples& samples, std::int64_t count,
                          int blocks, bool rounded, CudaStream stream) {
  launch(weights, samples, count, used(blocks, count), nullptr, rounded, stream);
}

void tornado_cuda_learn(const TornadoCudaWeights& weights, const TornadoSamples& samples, std::int64_t count,
                        int blocks, float* sums, float* gradients, bool rounded, CudaStream stream) {
  blocks = used(blocks, count);
  launch(weights, samples, count, blocks, sums, rounded, stream);
  const int parameters = samples.pool_last ? tornado_cuda_sums - features * 3 / 4 : tornado_cuda_sums;
  constexpr int threads_of_sum = 64;  // many small blocks, because each thread waits for memory
  add_blocks<<<(parameters + threads_of_sum - 1) / threads_of_sum, threads_of_sum, 0, stream>>>(
      sums, blocks, parameters, 1.0f / static_cast<float>(count), gradients);
  check(cudaGetLastError());
}

}  // namespace stormsweep
