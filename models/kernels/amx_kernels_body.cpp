#include "models/kernels/amx_kernels.hpp"

#include "models/kernels/amx_tiles.hpp"

// Compiled for processors with AMX; like the sources of models/kernels/vector_target.hpp it instantiates nothing of the
// standard library.

namespace stormsweep {

namespace {

/// Zeroes the four tiles that hold sums.
inline void begin_sums() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

std::int64_t lesser(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}

std::int64_t bytes(std::int64_t numbers) {
  return numbers * static_cast<std::int64_t>(sizeof(std::uint16_t));
}

/// The first `count` lanes, at most all.
__mmask16 lanes_of(std::int64_t count) {
  return count >= tile ? 0xFFFF : count <= 0 ? 0 : static_cast<__mmask16>((1 << count) - 1);
}

__m512 wide(__m256i numbers) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(numbers), 16));
}

/// Number `number` of row `row` of a kernel, for each of 16 outputs, of which `lanes` are there; 0 behind the row.
__m512i gathered(const AmxSizes& sizes, const AmxWeights& weights, const float* first, std::int64_t row,
                 std::int64_t number, __m512i outs, __mmask16 lanes) {
  if (number >= sizes.row_length()) return _mm512_setzero_si512();
  const auto tap = row * sizes.kernel + number / sizes.channels, last = sizes.kernel * sizes.kernel - 1;
  const auto* from = first + number % sizes.channels * weights.in + (weights.turned ? last - tap : tap);
  return _mm512_cvtepu16_epi32(narrow(_mm512_mask_i32gather_ps(_mm512_setzero_ps(), lanes, outs, from, 4)));
}

void pack_any(const AmxSizes& sizes, const AmxWeights& weights, std::int64_t block, std::uint16_t* to) {
  const __m512i each = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                outs = _mm512_mullo_epi32(each, _mm512_set1_epi32(static_cast<int>(weights.out)));
  for (std::int64_t row = 0; row < sizes.kernel; ++row)
    for (std::int64_t chunk = 0; chunk < sizes.chunks(); ++chunk)
      for (std::int64_t half = 0; half < AmxSizes::block; half += tile) {
        const auto out = block * AmxSizes::block + half;
        const auto lanes = lanes_of(sizes.outs - out);
        const auto* first = weights.first + out * weights.out;
        for (std::int64_t number = chunk * AmxSizes::depth; number < (chunk + 1) * AmxSizes::depth; number += 2) {
          const __m512i even = gathered(sizes, weights, first, row, number, outs, lanes),
                        odd = gathered(sizes, weights, first, row, number + 1, outs, lanes);
          _mm512_storeu_si512(to, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
          to += 2 * tile;
        }
      }
}

/// Where the pair of a tile is that begins with a number of a kernel's row, for the block's first half of outputs.
std::uint16_t* pair_at(const AmxSizes& sizes, std::uint16_t* to, std::int64_t row, std::int64_t number) {
  const auto chunk = row * sizes.chunks() + number / AmxSizes::depth;
  return to + chunk * AmxSizes::block * AmxSizes::depth + number % AmxSizes::depth * tile;
}

/// As many taps of two channels, in pairs, as there are `lanes`.
__m512 pairs_of(const float* first, const float* second, __mmask16 lanes) {
  const auto both =
      (__m512i)_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(lanes, second), _mm512_maskz_loadu_ps(lanes, first));
  return _mm512_castsi512_ps(_mm512_inserti64x4(
      _mm512_castsi256_si512(first_of(_mm512_castsi512_si256(both), _mm512_extracti64x4_epi64(both, 1))),
      last_of(_mm512_castsi512_si256(both), _mm512_extracti64x4_epi64(both, 1)), 1));
}

/// Two channels at once, where no pair has numbers of two taps.
void pack_even(const AmxSizes& sizes, const AmxWeights& weights, std::int64_t block, std::uint16_t* to) {
  const auto taps = sizes.kernel * sizes.kernel;
  for (std::int64_t half = 0; half < AmxSizes::block; half += tile, to += tile * AmxSizes::depth) {
    const auto out = block * AmxSizes::block + half;
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
      for (auto number = sizes.row_length(); number < sizes.chunks() * AmxSizes::depth; number += 2)
        _mm512_storeu_si512(pair_at(sizes, to, row, number), _mm512_setzero_si512());
  }
}

void pack(const AmxSizes& sizes, const AmxWeights& weights, std::int64_t block, std::uint16_t* to) {
  (sizes.channels % 2 == 0 ? pack_even : pack_any)(sizes, weights, block, to);
}

/// Sums of `positions` pixels from `first` on with `width` channels each, to the result.
void finish(const AmxSizes& sizes, const AmxResult& result, const float* sums, std::int64_t width, std::int64_t out,
            std::int64_t first, std::int64_t last) {
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

/// 32 positions by 32 channels.
void convolve_wide(const AmxSizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, float* sums) {
  const auto step = bytes(sizes.channels);
  begin_sums();
  for (std::int64_t row = 0; row < sizes.kernel; ++row) {
    const auto* upper = map + row * sizes.width * sizes.channels;
    const auto* lower = upper + tile * sizes.channels;
    for (std::int64_t chunk = 0; chunk < sizes.chunks(); ++chunk) {
      _tile_loadd(4, upper + chunk * sizes.depth, step);
      _tile_loadd(6, weights, 64);
      _tile_loadd(7, weights + tile * sizes.depth, 64);
      _tile_loadd(5, lower + chunk * sizes.depth, step);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
      weights += 2 * tile * sizes.depth;
    }
  }
  _tile_stored(0, sums, 128);
  _tile_stored(1, sums + tile, 128);
  _tile_stored(2, sums + 32 * tile, 128);
  _tile_stored(3, sums + 33 * tile, 128);
}

/// 64 positions by 16 channels.
void convolve_narrow(const AmxSizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, float* sums) {
  const auto step = bytes(sizes.channels), down = tile * sizes.channels;
  begin_sums();
  for (std::int64_t row = 0; row < sizes.kernel; ++row) {
    const auto* from = map + row * sizes.width * sizes.channels;
    for (std::int64_t chunk = 0; chunk < sizes.chunks(); ++chunk, from += sizes.depth) {
      _tile_loadd(7, weights, 64);
      _tile_loadd(4, from, step);
      _tile_loadd(5, from + down, step);
      _tile_loadd(6, from + 2 * down, step);
      _tile_dpbf16ps(0, 4, 7);
      _tile_loadd(4, from + 3 * down, step);
      _tile_dpbf16ps(1, 5, 7);
      _tile_dpbf16ps(2, 6, 7);
      _tile_dpbf16ps(3, 4, 7);
      weights += 2 * tile * sizes.depth;
    }
  }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + 16 * tile, 64);
  _tile_stored(2, sums + 32 * tile, 64);
  _tile_stored(3, sums + 48 * tile, 64);
}

void convolve(const AmxSizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, std::int64_t block,
              std::int64_t first, std::int64_t last, const AmxResult& result) {
  alignas(64) float sums[64 * tile];
  const auto out = block * AmxSizes::block;
  const bool both = sizes.outs - out > tile;
  const std::int64_t step = both ? 32 : 64;
  weights += block * sizes.block_weights();
  _tile_loadconfig(&whole_tiles);
  for (auto position = first; position < last; position += step) {
    (both ? convolve_wide : convolve_narrow)(sizes, map + position * sizes.channels, weights, sums);
    finish(sizes, result, sums, both ? 32 : tile, out, position, lesser(position + step, last));
  }
  _tile_release();
}

void turn_back(const AmxSlopeRow& of) {
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

void to_planes(const AmxPlaneRow& row) {
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

/// Adds a tile's sums to rows `pitch` apart.
void add(const float* sums, float* to, std::int64_t pitch) {
  for (int row = 0; row < tile; ++row)
    _mm512_storeu_ps(to + row * pitch,
                     _mm512_add_ps(_mm512_loadu_ps(to + row * pitch), _mm512_load_ps(sums + row * tile)));
}

void weigh(const AmxGradient& sizes, const std::uint16_t* planes, const std::uint16_t* pairs, std::int64_t first,
           std::int64_t last, std::int64_t channel, std::int64_t out, float* gradient) {
  alignas(64) float sums[4][tile * tile];
  const bool more_channels = sizes.channels - channel > tile, more_outs = sizes.outs - out > tile;
  const auto plane = bytes(sizes.plane_step), pitch = 2 * bytes(sizes.outs), below = tile * sizes.plane_step;
  _tile_loadconfig(&whole_tiles);
  for (std::int64_t tap = 0; tap < sizes.taps; ++tap) {
    const auto* from = planes + channel * sizes.plane_step + sizes.offsets[tap];
    begin_sums();
    for (auto position = first; position < last; position += AmxSizes::depth) {
      const auto* with = pairs + position * sizes.outs + 2 * out;
      _tile_loadd(4, from + position, plane);
      _tile_loadd(6, with, pitch);
      _tile_dpbf16ps(0, 4, 6);
      if (more_outs) {
        _tile_loadd(7, with + 2 * tile, pitch);
        _tile_dpbf16ps(1, 4, 7);
      }
      if (more_channels) {
        _tile_loadd(5, from + below + position, plane);
        _tile_dpbf16ps(2, 5, 6);
        if (more_outs) _tile_dpbf16ps(3, 5, 7);
      }
    }
    _tile_stored(0, sums[0], 64);
    _tile_stored(1, sums[1], 64);
    _tile_stored(2, sums[2], 64);
    _tile_stored(3, sums[3], 64);
    float* to = gradient + (tap * sizes.channels + channel) * sizes.outs + out;
    add(sums[0], to, sizes.outs);
    if (more_outs) add(sums[1], to + tile, sizes.outs);
    if (more_channels) add(sums[2], to + tile * sizes.outs, sizes.outs);
    if (more_channels && more_outs) add(sums[3], to + tile * sizes.outs + tile, sizes.outs);
  }
  _tile_release();
}

void unpack(const AmxGradient& sizes, const float* gradient, std::int64_t channel, std::int64_t in, std::int64_t outs,
            float* to) {
  for (std::int64_t out = 0; out < outs; out += tile)
    for (std::int64_t first = 0; first < sizes.taps; first += tile) {
      __m512 rows[tile];
#pragma GCC unroll 16
      for (int i = 0; i < tile; ++i)
        rows[i] = first + i < sizes.taps
                      ? _mm512_loadu_ps(gradient + ((first + i) * sizes.channels + channel) * sizes.outs + out)
                      : _mm512_setzero_ps();
      transpose(rows);
      for (std::int64_t i = 0; i < lesser(tile, outs - out); ++i)
        _mm512_mask_storeu_ps(to + ((out + i) * in + channel) * sizes.taps + first, lanes_of(sizes.taps - first),
                              rows[i]);
    }
}

}  // namespace

extern const AmxKernels amx_kernels_compiled;
const AmxKernels amx_kernels_compiled{pack, convolve, turn_back, to_planes, weigh, unpack};

}  // namespace stormsweep
