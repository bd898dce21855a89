#pragma once

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

}  // namespace

}  // namespace stormsweep
