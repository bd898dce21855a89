#pragma once

#include "models/kernels/amx_tiles.hpp"
#include "models/kernels/tornado_layers.hpp"

// Convolutions of the tornado network by tiles, and the gradients of their weights: sizes are known when they are
// compiled, so that all sums of a tile stay in registers.

namespace stormsweep {

namespace {

using Number = std::uint16_t;  // bfloat16

constexpr int depth = 32;                   // products of a sum at once
constexpr int tile_numbers = tile * depth;  // of bfloat16 in a tile
constexpr int tile_sums = tile * tile;

/// A convolution by tiles. Its map lies channels last, so that the numbers of all taps of a kernel's row lie side by
/// side, with a margin of zeros between rows that is the right one of one row and the left one of the next. A tile's
/// columns are the outputs of `Group` points side by side, its rows such groups; some of the points of a row of `Pitch`
/// belong to the margin, and what is computed for them is ignored.
template <Layer layer, int Channels, int Group, int Pitch>
struct Convolution {
  static constexpr int side = layer.side, in = layer.in, outs = layer.out;
  static constexpr int channels = Channels, group = Group, pitch = Pitch;
  static constexpr int chunks = ((kernel + group - 1) * channels + depth - 1) / depth;  // of a kernel's row
  static constexpr int halves = group * outs / tile;
  static constexpr int together = halves == 2 ? 2 : 3;  // tiles of points
  static constexpr int tiles = (side * pitch + group * tile * together - 1) / (group * tile * together) * together;
  static constexpr int weights = kernel * chunks * halves * tile_numbers;
  static constexpr int results = tiles * tile * group * outs;
  static constexpr int map = ((kernel - 1) * pitch + tiles * tile * group) * channels + chunks * depth;  // with slack
  static_assert(pitch >= side + margin && pitch % 2 == 0 && pitch % group == 0 && halves * tile == group * outs);
  static_assert(map >= layer.padded() * pitch * channels);

  /// Position in a map, margins counted, or in a result.
  static constexpr int at(int y, int x) { return y * pitch + x; }
};

/// What number `number` of a kernel's row, `row` [column][in][out], is multiplied by for the outputs of `half`.
template <class C>
__m512 weights_of(const float* row, int number, int half) {
  const int tap = number / C::channels, channel = number % C::channels;
  const auto there = [&](int point) { return channel < C::in && tap >= point && tap < point + kernel; };
  const auto from = [&](int point) { return row + ((tap - point) * C::in + channel) * C::outs; };
  if constexpr (C::outs >= tile)
    return there(0) ? _mm512_loadu_ps(from(0) + half * tile) : _mm512_setzero_ps();
  else {
    const int point = half * 2;
    const auto eight = [&](int of) { return there(of) ? _mm256_loadu_ps(from(of)) : _mm256_setzero_ps(); };
    return _mm512_castpd_ps(_mm512_insertf64x4(_mm512_castps_pd(_mm512_castps256_ps512(eight(point))),
                                               _mm256_castps_pd(eight(point + 1)), 1));
  }
}

/// Two rows of 16 numbers, interleaved, as tiles have them.
__m512i paired(__m256i even, __m256i odd) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(even), _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16));
}

void store(__m512 numbers, Number* to) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), narrow(numbers));
}

/// To [row][chunk][half][16][16][2].
template <class C>
void pack(const float* weights, Number* to) {
  for (int row = 0; row < kernel; ++row, weights += kernel * C::in * C::outs)
    for (int chunk = 0; chunk < C::chunks; ++chunk)
      for (int half = 0; half < C::halves; ++half)
        for (int number = chunk * depth; number < (chunk + 1) * depth; number += 2, to += 2 * tile)
          _mm512_storeu_si512(to, paired(narrow(weights_of<C>(weights, number, half)),
                                         narrow(weights_of<C>(weights, number + 1, half))));
}

/// A compiler barrier: GCC does not know that loading tiles reads what was written.
inline void written() {
  asm volatile("" ::: "memory");
}

/// results [position][out] = bias + convolution of `map`; `bias` of a tile's columns, or of two.
template <class C>
void convolve(const Number* map, const Number* weights, const float* bias, float* results) {
  constexpr int step = C::group * C::channels, down = tile * step, width = C::halves * tile;
  constexpr int row_bytes = step * 2, result_bytes = width * 4;
  written();
  for (int first = 0; first < C::tiles; first += C::together, results += C::together * tile * width) {
    const Number* with = weights;
    _tile_loadd(0, bias, 0);
    _tile_loadd(1, bias, 0);
    _tile_loadd(2, bias + width - tile, 0);
    if constexpr (C::halves == 2) _tile_loadd(3, bias + tile, 0);
    for (int row = 0; row < kernel; ++row) {
      const Number* from = map + first * down + row * C::pitch * C::channels;
      for (int chunk = 0; chunk < C::chunks; ++chunk, from += depth, with += C::halves * tile_numbers) {
        _tile_loadd(7, with, 64);
        _tile_loadd(4, from, row_bytes);
        _tile_loadd(5, from + down, row_bytes);
        _tile_dpbf16ps(0, 4, 7);
        _tile_dpbf16ps(1, 5, 7);
        if constexpr (C::halves == 2) {
          _tile_loadd(6, with + tile_numbers, 64);
          _tile_dpbf16ps(2, 4, 6);
          _tile_dpbf16ps(3, 5, 6);
        } else {
          _tile_loadd(6, from + 2 * down, row_bytes);
          _tile_dpbf16ps(2, 6, 7);
        }
      }
    }
    _tile_stored(0, results, result_bytes);
    _tile_stored(1, results + tile * width, result_bytes);
    if constexpr (C::halves == 2) {
      _tile_stored(2, results + tile, result_bytes);
      _tile_stored(3, results + tile * width + tile, result_bytes);
    } else
      _tile_stored(2, results + 2 * tile * width, result_bytes);
  }
}

/// Tiles side by side: numbers from a row of one to the next, and from one to the next.
struct Tiles {
  const Number* from;
  int row, step;
};

/// Adds products of three lots of tiles of a map, `offsets` behind the first, with `count` tiles of gradients, to sums
/// [3][map][gradient]; or, where the gradients come first, [3][gradient][map].
template <bool GradientFirst>
void weigh(const Tiles& map, const int (&offsets)[3], const Tiles& gradient, int count, float* sums) {
  written();
  _tile_loadd(0, sums, 64);
  _tile_loadd(1, sums + tile_sums, 64);
  _tile_loadd(2, sums + 2 * tile_sums, 64);
  for (int i = 0; i < count; ++i) {
    const Number* from = map.from + i * map.step;
    _tile_loadd(7, gradient.from + i * gradient.step, gradient.row * 2);
    _tile_loadd(4, from + offsets[0], map.row * 2);
    _tile_loadd(5, from + offsets[1], map.row * 2);
    _tile_loadd(6, from + offsets[2], map.row * 2);
    if constexpr (GradientFirst) {
      _tile_dpbf16ps(0, 7, 4);
      _tile_dpbf16ps(1, 7, 5);
      _tile_dpbf16ps(2, 7, 6);
    } else {
      _tile_dpbf16ps(0, 4, 7);
      _tile_dpbf16ps(1, 5, 7);
      _tile_dpbf16ps(2, 6, 7);
    }
  }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + tile_sums, 64);
  _tile_stored(2, sums + 2 * tile_sums, 64);
}

}  // namespace

}  // namespace stormsweep
