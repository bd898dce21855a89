#pragma once

#include <immintrin.h>

#include <cstdint>

// What the sources for AVX-512 and AMX share that compute in bfloat16.

namespace stormsweep {

namespace {

constexpr int tile = 16;  // numbers of float32 in a vector, and rows of a matrix unit's tile

inline __m256i narrow(__m512 numbers) {
  return (__m256i)_mm512_cvtneps_pbh(numbers);
}

/// The first and the last 8 numbers of two rows, interleaved.
inline __m256i first_of(__m256i a, __m256i b) {
  return _mm256_permutex2var_epi16(a, _mm256_setr_epi16(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), b);
}
inline __m256i last_of(__m256i a, __m256i b) {
  return _mm256_permutex2var_epi16(a, _mm256_setr_epi16(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
                                   b);
}
inline __m512 first_of(__m512 a, __m512 b) {
  return _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), b);
}
inline __m512 last_of(__m512 a, __m512 b) {
  return _mm512_permutex2var_ps(a, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), b);
}

/// 16 rows of 16 numbers, the first of all becoming the first row: what lies 8 rows apart is interleaved four times.
template <class Row>
void transpose(Row (&rows)[tile]) {
#pragma GCC unroll 4
  for (int stage = 0; stage < 4; ++stage) {
    Row next[tile];
#pragma GCC unroll 8
    for (int i = 0; i < tile / 2; ++i) {
      next[2 * i] = first_of(rows[i], rows[i + tile / 2]);
      next[2 * i + 1] = last_of(rows[i], rows[i + tile / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < tile; ++i) rows[i] = next[i];
  }
}

}  // namespace

}  // namespace stormsweep
