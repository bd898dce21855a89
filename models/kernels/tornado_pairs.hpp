#pragma once

#include <immintrin.h>

#include "models/kernels/tornado_layers.hpp"

// Layers of 8 output channels fill a register by pairs of inputs: lanes 2 c and 2 c + 1 are channel c's sums over the
// even and the odd ones. An odd number of inputs in a row has one of weight 0 behind it.

namespace stormsweep {

namespace {

constexpr int narrow = 8;  // channels
static_assert(layer1.out == narrow && layer2.in == narrow);

constexpr int pairs(int in) {
  return (kernel * in + 1) / 2;
}

/// Weights [5][5][In][8] in pairs [5][pairs][8][2].
template <int In>
void pack_pairs(const float* weights, float* packed) {
  for (int row = 0; row < kernel; ++row)
    for (int k = 0; k < 2 * pairs(In); ++k)
      for (int c = 0; c < narrow; ++c)
        packed[((row * pairs(In) + k / 2) * narrow + c) * 2 + k % 2] =
            k < kernel * In ? weights[(row * kernel * In + k) * narrow + c] : 0;
}

/// A pair for each channel.
inline __m512 pair(const float* numbers) {
  double both;
  __builtin_memcpy(&both, numbers, sizeof both);
  return _mm512_castpd_ps(_mm512_set1_pd(both));
}

/// The even lanes of two vectors, one after the other, and the odd ones.
inline __m512 even(__m512 first, __m512 second) {
  return _mm512_permutex2var_ps(first, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
                                second);
}
inline __m512 odd(__m512 first, __m512 second) {
  return _mm512_permutex2var_ps(first, _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31),
                                second);
}

/// `convolve` to 8 channels, with weights in pairs.
template <int Side, int In>
__attribute__((noinline)) void convolve_pairs(const float* in, const float* weights, const float* bias, float* out) {
  constexpr int points = 16;  // at once
  static_assert(Side % points == 0);
  const __m512 start =
      bias ? _mm512_maskz_expand_ps(0x5555, _mm512_castps256_ps512(_mm256_loadu_ps(bias))) : _mm512_setzero_ps();
  for (int y = 0; y < Side; ++y)
    for (int x = 0; x < Side; x += points) {
      __m512 sums[points];
      for (__m512& sum : sums) sum = start;
      for (int row = 0; row < kernel; ++row) {
        const float* from = in + ((y + row) * (Side + 2 * margin) + x) * In;
        for (int k = 0; k < pairs(In); ++k) {
          const __m512 weight = _mm512_loadu_ps(weights + (row * pairs(In) + k) * 2 * narrow);
#pragma GCC unroll 16
          for (int r = 0; r < points; ++r) sums[r] = _mm512_fmadd_ps(pair(from + r * In + 2 * k), weight, sums[r]);
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < points; r += 2)
        _mm512_storeu_ps(out + (y * Side + x + r) * narrow,
                         _mm512_add_ps(even(sums[r], sums[r + 1]), odd(sums[r], sums[r + 1])));
    }
}

/// `weight_gradient` of 8 channels, for `Rows` of the kernel from `row` on.
template <int Rows, int Side, int In>
__attribute__((noinline)) void correlate_pairs(const float* in, const float* out_gradient, int pitch, int row,
                                               float* gradient) {
  constexpr int count = pairs(In);
  __m512 sums[Rows][count] = {};
  const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  for (int y = 0; y < Side; ++y)
    for (int x = 0; x < Side; ++x) {
      const __m512 slope =
          _mm512_permutexvar_ps(twice, _mm512_castps256_ps512(_mm256_loadu_ps(out_gradient + y * pitch + x * narrow)));
#pragma GCC unroll 3
      for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
        for (int k = 0; k < count; ++k)
          sums[i][k] =
              _mm512_fmadd_ps(pair(in + ((y + row + i) * (Side + 2 * margin) + x) * In + 2 * k), slope, sums[i][k]);
    }
  for (int i = 0; i < Rows; ++i)
    for (int k = 0; k < kernel * In; ++k) {
      const __m512 sum = sums[i][k / 2], part = k % 2 == 0 ? even(sum, sum) : odd(sum, sum);
      float* to = gradient + ((row + i) * kernel * In + k) * narrow;
      _mm256_storeu_ps(to, _mm256_add_ps(_mm256_loadu_ps(to), _mm512_castps512_ps256(part)));
    }
}

}  // namespace

}  // namespace stormsweep
