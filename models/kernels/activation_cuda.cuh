#pragma once

// Apart from the launches, so that tests can run it with a processor's threads.
#include <cstdint>

#include "models/kernels/sparse_draw.hpp"

namespace stormsweep {

namespace {

/// What a thread reads and writes at once.
template <class Number, int Size>
struct alignas(sizeof(Number) * Size) Pack {
  Number numbers[Size];
};

__device__ float as_float(float number) {
  return number;
}

/// A grid's threads take packs in turn. `Size` divides `channels`.
template <class Number, int Size>
__global__ void add_bias(Number* values, const Number* bias, std::int64_t count, int channels) {
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (std::int64_t i = first * Size; i < count; i += static_cast<std::int64_t>(gridDim.x) * blockDim.x * Size) {
    auto& pack = *reinterpret_cast<Pack<Number, Size>*>(values + i);
    const auto& all = *reinterpret_cast<const Pack<Number, Size>*>(bias + i % channels);
    Pack<Number, Size> mine = pack;
#pragma unroll
    for (int k = 0; k < Size; ++k) mine.numbers[k] = Number(as_float(mine.numbers[k]) + as_float(all.numbers[k]));
    pack = mine;
  }
}

/// The same, and then its activation. `bias` may be null, and `seed` where nothing is dropped.
template <class Number, int Size>
__global__ void activate(Number* values, const Number* bias, std::int64_t count, int channels, SparseDraw draw,
                         const std::int64_t* seed) {
  if (seed) draw.seed(*seed);
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (std::int64_t i = first * Size; i < count; i += static_cast<std::int64_t>(gridDim.x) * blockDim.x * Size) {
    auto& pack = *reinterpret_cast<Pack<Number, Size>*>(values + i);
    Pack<Number, Size> mine = pack;
#pragma unroll
    for (int k = 0; k < Size; ++k) {
      const float sum = as_float(mine.numbers[k]) + (bias ? as_float(bias[i % channels + k]) : 0);
      mine.numbers[k] = Number(draw.activation(sum, static_cast<std::uint32_t>(i + k)));
    }
    pack = mine;
  }
}

/// `Size` divides `channels` and `slope_step`.
template <class Number, int Size>
__global__ void activation_slope(const Number* activation, const Number* slope, std::int64_t slope_step, Number* result,
                                 std::int64_t count, int channels, SparseDraw draw) {
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (std::int64_t i = first * Size; i < count; i += static_cast<std::int64_t>(gridDim.x) * blockDim.x * Size) {
    const auto& active = *reinterpret_cast<const Pack<Number, Size>*>(activation + i);
    const Number* const there = slope + i / channels * slope_step + i % channels;
    Pack<Number, Size> mine = *reinterpret_cast<const Pack<Number, Size>*>(there);
#pragma unroll
    for (int k = 0; k < Size; ++k)
      mine.numbers[k] = Number(as_float(active.numbers[k]) <= 0 ? 0.0f : as_float(mine.numbers[k]) * draw.scale());
    *reinterpret_cast<Pack<Number, Size>*>(result + i) = mine;
  }
}

}  // namespace

}  // namespace stormsweep
