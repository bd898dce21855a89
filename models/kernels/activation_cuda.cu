#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cstddef>

#include "models/kernels/activation_cuda.hpp"
#include "models/kernels/cuda_check.cuh"

namespace stormsweep {

namespace {

// Before the kernels, whose templates find them here alone.
__device__ float as_float(__nv_bfloat16 number) {
  return __bfloat162float(number);
}

__device__ float as_float(__half number) {
  return __half2float(number);
}

}  // namespace

}  // namespace stormsweep

#include "models/kernels/activation_cuda.cuh"

namespace stormsweep {

namespace {

constexpr int block_threads = 256;
constexpr std::int64_t most_blocks = 65536;
constexpr int pack_bytes = 16;  // what a thread of a GPU reads at once, at most

int blocks_for(std::int64_t packs) {
  return static_cast<int>(std::min(most_blocks, (packs + block_threads - 1) / block_threads));
}

bool in_packs(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % pack_bytes == 0;
}

/// Calls work with a zero of the type.
template <class Work>
void with_number(CudaNumber number, const Work& work) {
  if (number == CudaNumber::float32) return work(float());
  if (number == CudaNumber::float16) return work(__half());
  work(__nv_bfloat16());
}

template <class Number>
constexpr int in_a_pack = pack_bytes / static_cast<int>(sizeof(Number));

}  // namespace

void add_bias_by_cuda(const CudaMap& map, void* values, const void* bias, CUstream_st* stream) {
  const std::int64_t count = map.pixels * map.channels;
  with_number(map.number, [&](auto zero) {
    using Number = decltype(zero);
    constexpr int size = in_a_pack<Number>;
    const bool packs = map.channels % size == 0 && in_packs(values) && in_packs(bias);
    const auto kernel = packs ? add_bias<Number, size> : add_bias<Number, 1>;
    kernel<<<blocks_for(packs ? count / size : count), block_threads, 0, stream>>>(
        static_cast<Number*>(values), static_cast<const Number*>(bias), count, map.channels);
  });
  check(cudaGetLastError());
}

void activate_by_cuda(const CudaMap& map, void* values, const void* bias, double rate, const std::int64_t* seed,
                      CUstream_st* stream) {
  const std::int64_t count = map.pixels * map.channels;
  with_number(map.number, [&](auto zero) {
    using Number = decltype(zero);
    constexpr int size = in_a_pack<Number>;
    const bool packs = map.channels % size == 0 && in_packs(values);
    const auto kernel = packs ? activate<Number, size> : activate<Number, 1>;
    kernel<<<blocks_for(packs ? count / size : count), block_threads, 0, stream>>>(
        static_cast<Number*>(values), static_cast<const Number*>(bias), count, map.channels, SparseDraw(rate), seed);
  });
  check(cudaGetLastError());
}

void activation_slope_by_cuda(const CudaMap& map, const void* activation, const void* slope, std::int64_t slope_step,
                              void* result, double rate, CUstream_st* stream) {
  const std::int64_t count = map.pixels * map.channels;
  with_number(map.number, [&](auto zero) {
    using Number = decltype(zero);
    constexpr int size = in_a_pack<Number>;
    const bool packs = map.channels % size == 0 && slope_step % size == 0 && in_packs(activation) && in_packs(slope) &&
                       in_packs(result);
    const auto kernel = packs ? activation_slope<Number, size> : activation_slope<Number, 1>;
    kernel<<<blocks_for(packs ? count / size : count), block_threads, 0, stream>>>(
        static_cast<const Number*>(activation), static_cast<const Number*>(slope), slope_step,
        static_cast<Number*>(result), count, map.channels, SparseDraw(rate));
  });
  check(cudaGetLastError());
}

}  // namespace stormsweep
