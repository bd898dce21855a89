#pragma once

#include <cstdint>

struct CUstream_st;  // CUDA's own name of a stream; its headers are where its compiler is

namespace stormsweep {

/// What follows a convolution, on a GPU of NVIDIA, channels last, in one pass over memory: bias, ReLU and dropout.
/// LibTorch takes four passes; the first, its bias, runs at a tenth of the memory's bandwidth. Used by
/// models/kernels/sparse_activation. All pointers but those of the struct itself are the GPU's; nothing waits.

enum class CudaNumber { float32, float16, bfloat16 };

/// [pixels, channels], of `number`.
struct CudaMap {
  CudaNumber number;
  std::int64_t pixels;
  int channels;
};

/// Adds to each of `values` the bias of its channel.
void add_bias_by_cuda(const CudaMap& map, void* values, const void* bias, CUstream_st* stream);

/// Overwrites `values`: each, and its channel's `bias` where given, becomes its activation. A positive value is kept
/// with probability 1 - rate, by a hash of `seed` and its place, and divided by 1 - rate; `seed` may be null at rate 0.
void activate_by_cuda(const CudaMap& map, void* values, const void* bias, double rate, const std::int64_t* seed,
                      CUstream_st* stream);

/// Writes to `result` the gradient of what was activated, from `slope`, that of `activation`. Pixels of `slope` lie
/// `slope_step` numbers apart, those of the others one behind the other.
void activation_slope_by_cuda(const CudaMap& map, const void* activation, const void* slope, std::int64_t slope_step,
                              void* result, double rate, CUstream_st* stream);

}  // namespace stormsweep
