#pragma once

#include "models/kernels/bfloat16_kernels.hpp"
#include "models/kernels/bfloat16_vectors.hpp"

// What the kernels for matrix units and those for vector units share: all but the products.

namespace stormsweep {

namespace {

inline std::int64_t lesser(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}

inline std::int64_t bytes(std::int64_t numbers) {
  return numbers * static_cast<std::int64_t>(sizeof(std::uint16_t));
}

/// The first `count` lanes, at most all.
inline __mmask16 lanes_of(std::int64_t count) {
  return count >= tile ? 0xFFFF : count <= 0 ? 0 : static_cast<__mmask16>((1 << count) - 1);
}

inline __m512 wide(__m256i numbers) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(numbers), 16));
}

/// Number `number` of row `row` of a kernel, for each of 16 outputs, of which `lanes` are there; 0 behind the row.
inline __m512i gathered(const Bfloat16Sizes& sizes, const Bfloat16Weights& weights, const float* first,
                        std::int64_t row, std::int64_t number, __m512i outs, __mmask16 lanes) {
  if (number >= sizes.row_length()) return _mm512_setzero_si512();
  const auto tap = row * sizes.kernel + number / sizes.channels, last = sizes.kernel * sizes.kernel - 1;
  const auto* from = first + number % sizes.channels * weights.in + (weights.turned ? last - tap : tap);
  return _mm512_cvtepu16_epi32(narrow(_mm512_mask_i32gather_ps(_mm512_setzero_ps(), lanes, outs, from, 4)));
}

inline void pack_any(const Bfloat16Sizes& sizes, const Bfloat16Weights& weights, std::int64_t block,
                     std::uint16_t* to) {
  const __m512i each = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                outs = _mm512_mullo_epi32(each, _mm512_set1_epi32(static_cast<int>(weights.out)));
  for (std::int64_t row = 0; row < sizes.kernel; ++row)
    for (std::int64_t chunk = 0; chunk < sizes.chunks(); ++chunk)
      for (std::int64_t half = 0; half < Bfloat16Sizes::block; half += tile) {
        const auto out = block * Bfloat16Sizes::block + half;
        const auto lanes = lanes_of(sizes.outs - out);
        const auto* first = weights.first + out * weights.out;
        for (std::int64_t number = chunk * Bfloat16Sizes::depth; number < (chunk + 1) * Bfloat16Sizes::depth;
             number += 2) {
          const __m512i even = gathered(sizes, weights, first, row, number, outs, lanes),
                        odd = gathered(sizes, weights, first, row, number + 1, outs, lanes);
          _mm512_storeu_si512(to, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
          to += 2 * tile;
        }
      }
}

/// Where the pair of a tile is that begins with a number of a kernel's row, for the block's first half of outputs.
inline std::uint16_t* pair_at(const Bfloat16Sizes& sizes, std::uint16_t* to, std::int64_t row, std::int64_t number) {
  const auto chunk = row * sizes.chunks() + number / Bfloat16Sizes::depth;
  return to + chunk * Bfloat16Sizes::block * Bfloat16Sizes::depth + number % Bfloat16Sizes::depth * tile;
}

/// As many taps of two channels, in pairs, as there are `lanes`.
inline __m512 pairs_of(const float* first, const float* second, __mmask16 lanes) {
  const auto both =
      (__m512i)_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(lanes, second), _mm512_maskz_loadu_ps(lanes, first));
  return _mm512_castsi512_ps(_mm512_inserti64x4(
      _mm512_castsi256_si512(first_of(_mm512_castsi512_si256(both), _mm512_extracti64x4_epi64(both, 1))),
      last_of(_mm512_castsi512_si256(both), _mm512_extracti64x4_epi64(both, 1)), 1));
}

/// Two channels at once, where no pair has numbers of two taps.
inline void pack_even(const Bfloat16Sizes& sizes, const Bfloat16Weights& weights, std::int64_t block,
                      std::uint16_t* to) {
  const auto taps = sizes.kernel * sizes.kernel;
  for (std::int64_t half = 0; half < Bfloat16Sizes::block; half += tile, to += tile * Bfloat16Sizes::depth) {
    const auto out = block * Bfloat16Sizes::block + half;
    for (std::int64_t channel = 0; channel < sizes.channels; channel += 2)
      for (std::int64_t first = 0; first < taps; first += tile) {
        __m512 rows[tile];
        const auto* from = weights.first + out * weights.out + channel * weights.in + first;
#pragma GCC unroll 16
        for (int i = 0; i < tile; ++i, from += weights.out)
          rows[i] =
              out + i < sizes.outs ? pairs_of(from, from + weights.in, lanes_of(taps - first)) : _mm512_setzero_ps();
        transpose(rows);
        for (auto i = first; i < lesser(first + tile, taps); ++i) {
          const auto tap = weights.turned ? taps - 1 - i : i;
          _mm512_storeu_ps(pair_at(sizes, to, tap / sizes.kernel, tap % sizes.kernel * sizes.channels + channel),
                           rows[i - first]);
        }
      }
    for (std::int64_t row = 0; row < sizes.kernel; ++row)
      for (auto number = sizes.row_length(); number < sizes.chunks() * Bfloat16Sizes::depth; number += 2)
        _mm512_storeu_si512(pair_at(sizes, to, row, number), _mm512_setzero_si512());
  }
}

inline void pack(const Bfloat16Sizes& sizes, const Bfloat16Weights& weights, std::int64_t block, std::uint16_t* to) {
  (sizes.channels % 2 == 0 ? pack_even : pack_any)(sizes, weights, block, to);
}

/// Sums of `positions` pixels from `first` on with `width` channels each, to the result.
inline void finish(const Bfloat16Sizes& sizes, const Bfloat16Result& result, const float* sums, std::int64_t width,
                   std::int64_t out, std::int64_t first, std::int64_t last) {
  std::int64_t row = first / sizes.width, column = first % sizes.width;
  const __m512 slope = _mm512_set1_ps(result.negative_slope);
  for (auto position = first; position < last; ++position, sums += width) {
    if (column < sizes.out_width) {
      const auto at = (row * sizes.out_width + column) * sizes.outs + out;
      for (std::int64_t half = 0; half < width; half += tile) {
        const auto lanes = lanes_of(sizes.outs - out - half);
        __m512 sum = _mm512_add_ps(_mm512_load_ps(sums + half), _mm512_loadu_ps(result.bias + out + half));
        if (result.start) sum = _mm512_add_ps(sum, wide(_mm256_maskz_loadu_epi16(lanes, result.start + at + half)));
        const auto negative = _mm512_cmp_ps_mask(sum, _mm512_setzero_ps(), _CMP_LT_OQ);
        sum = _mm512_mask_mul_ps(sum, negative, sum, slope);
        _mm256_mask_storeu_epi16(result.to + at + half, lanes, narrow(sum));
      }
    }
    if (++column == sizes.width) column = 0, ++row;
  }
}

inline void turn_back(const Bfloat16SlopeRow& of) {
  const __m512 factor = _mm512_set1_ps(of.negative_slope);
  const auto rounded = (of.outs + tile - 1) / tile * tile;
  for (std::int64_t out = 0; out < of.outs; out += tile) {
    const auto lanes = lanes_of(of.outs - out);
    __m512 sum = _mm512_loadu_ps(of.sums + out);
    const auto gradient = [&](std::int64_t x) __attribute__((always_inline)) {
      const auto at = x * of.outs + out;
      __m512 slope = wide(_mm256_maskz_loadu_epi16(lanes, of.slope + at));
      if (of.result) {
        const __m512 made = wide(_mm256_maskz_loadu_epi16(lanes, of.result + at));
        slope = _mm512_mask_mul_ps(slope, _mm512_cmp_ps_mask(made, _mm512_setzero_ps(), _CMP_LE_OQ), slope, factor);
      }
      sum = _mm512_add_ps(sum, slope);
      const __m256i numbers = narrow(slope);
      _mm256_mask_storeu_epi16(of.row + at, lanes, numbers);
      return _mm512_cvtepu16_epi32(numbers);
    };
    for (std::int64_t x = 0; x < of.width; x += 2) {
      const __m512i even = gradient(x), odd = x + 1 < of.width ? gradient(x + 1) : _mm512_setzero_si512();
      _mm512_storeu_si512(of.pairs + (x / 2 * rounded + out) * 2, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
    }
    _mm512_storeu_ps(of.sums + out, sum);
  }
}

inline void to_planes(const Bfloat16PlaneRow& row) {
  for (std::int64_t channel = 0; channel < row.channels; channel += tile) {
    const auto channels = lanes_of(row.channels - channel);
    const auto some = lesser(tile, row.channels - channel);
    for (std::int64_t x = 0; x < row.pitch; x += tile) {
      __m256i block[tile];
#pragma GCC unroll 16
      for (int i = 0; i < tile; ++i)
        block[i] = x + i < row.width ? _mm256_maskz_loadu_epi16(channels, row.pixels + (x + i) * row.channels + channel)
                                     : _mm256_setzero_si256();
      transpose(block);
      for (int i = 0; i < some; ++i)
        _mm256_mask_storeu_epi16(row.planes + (channel + i) * row.plane_step + x, lanes_of(row.pitch - x), block[i]);
    }
  }
}

inline void unpack(const Bfloat16Gradient& sizes, const float* gradient, std::int64_t channel, float* to) {
  for (std::int64_t out = 0; out < sizes.outs; out += tile)
    for (std::int64_t first = 0; first < sizes.taps; first += tile) {
      __m512 rows[tile];
      const auto* from = gradient + (first * sizes.padded_channels() + channel) * sizes.padded_outs() + out;
#pragma GCC unroll 16
      for (int i = 0; i < tile; ++i, from += sizes.padded_channels() * sizes.padded_outs())
        rows[i] = first + i < sizes.taps ? _mm512_loadu_ps(from) : _mm512_setzero_ps();
      transpose(rows);
      for (std::int64_t i = 0; i < lesser(tile, sizes.outs - out); ++i)
        _mm512_mask_storeu_ps(to + ((out + i) * sizes.channels + channel) * sizes.taps + first,
                              lanes_of(sizes.taps - first), rows[i]);
    }
}

}  // namespace

}  // namespace stormsweep
