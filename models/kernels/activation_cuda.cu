#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <type_traits>

#include "models/kernels/activation_cuda.hpp"
#include "models/kernels/cuda_check.cuh"

namespace stormsweep {

namespace {

// Must come before the kernels: their templates find only what is declared before them.
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
constexpr int pack_bytes = 16;  // the most that a GPU's thread reads at once

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

/// Calls kernel(zero, size, blocks): with a zero of the map's type, and how many numbers a thread takes at once, as
/// many as `step` and the places of `arrays` allow.
template <class Kernel>
void launch(const CudaMap& map, std::int64_t step, std::initializer_list<const void*> arrays, const Kernel& kernel) {
  const std::int64_t count = map.pixels * map.channels;
  with_number(map.number, [&](auto zero) {
    constexpr int size = pack_bytes / static_cast<int>(sizeof(zero));
    if (map.channels % size == 0 && step % size == 0 && std::all_of(arrays.begin(), arrays.end(), in_packs))
      kernel(zero, std::integral_constant<int, size>(), blocks_for(count / size));
    else
      kernel(zero, std::integral_constant<int, 1>(), blocks_for(count));
  });
  check(cudaGetLastError());
}

}  // namespace

void add_bias_by_cuda(const CudaMap& map, void* values, const void* bias, CUstream_st* stream) {
  launch(map, map.channels, {values, bias}, [&](auto zero, auto size, int blocks) {
    using Number = decltype(zero);
    add_bias<Number, decltype(size)::value><<<blocks, block_threads, 0, stream>>>(
        static_cast<Number*>(values), static_cast<const Number*>(bias), map.pixels * map.channels, map.channels);
  });
}

void activate_by_cuda(const CudaMap& map, void* values, const void* bias, double rate, const std::int64_t* seed,
                      CUstream_st* stream) {
  launch(map, map.channels, {values}, [&](auto zero, auto size, int blocks) {
    using Number = decltype(zero);
    activate<Number, decltype(size)::value>
        <<<blocks, block_threads, 0, stream>>>(static_cast<Number*>(values), static_cast<const Number*>(bias),
                                               map.pixels * map.channels, map.channels, SparseDraw(rate), seed);
  });
}

void activation_slope_by_cuda(const CudaMap& map, const void* activation, const void* slope, std::int64_t slope_step,
                              void* result, double rate, CUstream_st* stream) {
  launch(map, slope_step, {activation, slope, result}, [&](auto zero, auto size, int blocks) {
    using Number = decltype(zero);
    activation_slope<Number, decltype(size)::value><<<blocks, block_threads, 0, stream>>>(
        static_cast<const Number*>(activation), static_cast<const Number*>(slope), slope_step,
        static_cast<Number*>(result), map.pixels * map.channels, map.channels, SparseDraw(rate));
  });
}

}  // namespace stormsweep
