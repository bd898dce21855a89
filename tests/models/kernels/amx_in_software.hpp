#pragma once

#include <immintrin.h>

#include <cstring>

// Intel's matrix units in software, to the rounding of each sum, as Intel's Architectures Software Developer's Manual
// defines their instructions: for tests of the kernels for them on processors that have AVX-512's bfloat16 instructions
// only. Included in front of everything else in these kernels' sources, whose tiles are always whole.

namespace stormsweep {

namespace {

float software_tiles[8][16][16];

void load_tile(int tile, const void* base, long stride) {
  for (int row = 0; row < 16; ++row)
    std::memcpy(software_tiles[tile][row], static_cast<const char*>(base) + row * stride, 64);
}

void store_tile(int tile, void* base, long stride) {
  for (int row = 0; row < 16; ++row)
    std::memcpy(static_cast<char*>(base) + row * stride, software_tiles[tile][row], 64);
}

/// TDPBF16PS: the products of the even and of the odd numbers are summed apart.
void multiply_tiles(int sums, int rows, int columns) {
  const __m512i high = _mm512_set1_epi32(static_cast<int>(0xFFFF0000));
  for (int row = 0; row < 16; ++row) {
    __m512 even = _mm512_setzero_ps(), odd = even;
    for (int pair = 0; pair < 16; ++pair) {
      int both = 0;
      std::memcpy(&both, &software_tiles[rows][row][pair], sizeof both);
      const __m512i a = _mm512_set1_epi32(both), b = _mm512_loadu_si512(software_tiles[columns][pair]);
      even = _mm512_fmadd_ps((__m512)_mm512_slli_epi32(a, 16), (__m512)_mm512_slli_epi32(b, 16), even);
      odd = _mm512_fmadd_ps((__m512)_mm512_and_si512(a, high), (__m512)_mm512_and_si512(b, high), odd);
    }
    float* to = software_tiles[sums][row];
    _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), _mm512_add_ps(even, odd)));
  }
}

}  // namespace

}  // namespace stormsweep

#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_loadconfig(config) \
  (static_cast<void>(config), static_cast<void>(std::memset(software_tiles, 0, sizeof software_tiles)))
#define _tile_release() static_cast<void>(0)
#define _tile_zero(tile) std::memset(software_tiles[tile], 0, sizeof software_tiles[tile])
#define _tile_loadd load_tile
#define _tile_stored store_tile
#define _tile_dpbf16ps multiply_tiles
