#pragma once

#include <cstdint>

// Included by the sources that CMakeLists.txt compiles once for each kind of processor (add_kernels), in vectors
// of GCC and Clang; which of them runs is chosen by `vector_units`. Such sources instantiate nothing of the standard
// library, so that no code for a newer processor is linked into the rest of the program.

#ifdef __AVX512F__
#define FOR_VECTOR_TARGET(name) name##_avx512
#elif defined(__AVX2__)
#define FOR_VECTOR_TARGET(name) name##_avx2
#else
#define FOR_VECTOR_TARGET(name) name##_neon
#endif

namespace stormsweep {

namespace {

#ifdef __AVX512F__
constexpr int lanes = 16, registers = 32;
#elif defined(__AVX2__)
constexpr int lanes = 8, registers = 16;
#else
constexpr int lanes = 4, registers = 32;
#endif

using Lanes = float __attribute__((vector_size(lanes * sizeof(float)), aligned(sizeof(float)), may_alias));
using Whole = std::uint32_t __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
using Halves = std::uint16_t __attribute__((vector_size(lanes * sizeof(std::uint16_t)), aligned(2), may_alias));

// Numbers of 16 bits are bfloat16.
inline Lanes load(const float* from) {
  return *reinterpret_cast<const Lanes*>(from);
}
inline void store(float* to, const Lanes& numbers) {
  *reinterpret_cast<Lanes*>(to) = numbers;
}
inline Lanes load(const std::uint16_t* from) {
  return (Lanes)(__builtin_convertvector(*reinterpret_cast<const Halves*>(from), Whole) << 16);
}
/// Rounds to nearest, ties to even; NaN stays NaN.
inline void store(std::uint16_t* to, const Lanes& numbers) {
  const Whole bits = (Whole)numbers;
  const Whole nearest = bits + (0x7FFF + (bits >> 16 & 1)), quiet = bits | 0x400000;
  *reinterpret_cast<Halves*>(to) = __builtin_convertvector((numbers == numbers ? nearest : quiet) >> 16, Halves);
}

}  // namespace

}  // namespace stormsweep
