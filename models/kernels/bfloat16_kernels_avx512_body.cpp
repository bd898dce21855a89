#include "models/kernels/bfloat16_kernels.hpp"

#include "models/kernels/bfloat16_rows.hpp"

// Compiled for processors with the bfloat16 instructions of AVX-512; like the sources of
// models/kernels/vector_target.hpp it instantiates nothing of the standard library.
//
// An instruction adds the products of 16 pairs to 16 sums. The pairs of one side are those of 16 outputs, and the other
// side's is one pair for all of them; where there are at most 8 outputs, an instruction takes two pairs of each. As
// many sums as the registers hold hide its latency.

namespace stormsweep {

namespace {

/// One pair, or two, for all lanes.
template <int pairs>
__m512bh everywhere(const std::uint16_t* numbers) {
  long long both = 0;
  __builtin_memcpy(&both, numbers, pairs * 2 * sizeof *numbers);
  return (__m512bh)(pairs == 1 ? _mm512_set1_epi32(static_cast<int>(both)) : _mm512_set1_epi64(both));
}

/// A pair of 16 outputs; or two of 8, side by side, of which the second lies `step` numbers behind the first.
template <int pairs>
__m512bh of_outputs(const std::uint16_t* numbers, std::int64_t step) {
  const __m512 first = _mm512_loadu_ps(numbers);
  return (__m512bh)(pairs == 1 ? first : first_of(first, _mm512_loadu_ps(numbers + step)));
}

/// The sums of 16 outputs; or of 8, whose two parts lie side by side, and zeros.
template <int pairs>
__m512 of_lanes(__m512 sums) {
  return pairs == 1 ? sums : _mm512_maskz_compress_ps(0x5555, _mm512_add_ps(sums, _mm512_movehdup_ps(sums)));
}

template <int positions, int halves, int pairs>
void convolve_some(const Bfloat16Sizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, float* sums) {
  __m512 made[positions][halves] = {};
  const auto row_pairs = (sizes.row_length() + 1) / 2;
  for (std::int64_t row = 0; row < sizes.kernel; ++row) {
    const auto* from = map + row * sizes.width * sizes.channels;
    for (std::int64_t first = 0; first < row_pairs; first += tile, weights += sizes.block * sizes.depth)
      for (std::int64_t pair = 0; pair < lesser(tile, row_pairs - first); pair += pairs, from += 2 * pairs) {
        __m512bh with[halves];
#pragma GCC unroll 2
        for (int half = 0; half < halves; ++half)
          with[half] = of_outputs<pairs>(weights + (half * tile + pair) * 2 * tile, 2 * tile);
#pragma GCC unroll 24
        for (int i = 0; i < positions; ++i) {
          const auto numbers = everywhere<pairs>(from + i * sizes.channels);
#pragma GCC unroll 2
          for (int half = 0; half < halves; ++half)
            made[i][half] = _mm512_dpbf16_ps(made[i][half], numbers, with[half]);
        }
      }
  }
#pragma GCC unroll 24
  for (int i = 0; i < positions; ++i)
#pragma GCC unroll 2
    for (int half = 0; half < halves; ++half)
      _mm512_store_ps(sums + (i * halves + half) * tile, of_lanes<pairs>(made[i][half]));
}

void convolve(const Bfloat16Sizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, std::int64_t block,
              std::int64_t first, std::int64_t last, const Bfloat16Result& result) {
  alignas(64) float sums[24 * tile];
  const auto out = block * Bfloat16Sizes::block, outs = sizes.outs - out;
  const bool both = outs > tile;
  const auto of_some = both              ? convolve_some<12, 2, 1>
                       : outs > tile / 2 ? convolve_some<24, 1, 1>
                                         : convolve_some<24, 1, 2>;
  const std::int64_t step = both ? 12 : 24;
  weights += block * sizes.block_weights();
  for (auto position = first; position < last; position += step) {
    of_some(sizes, map + position * sizes.channels, weights, sums);
    finish(sizes, result, sums, both ? 2 * tile : tile, out, position, lesser(position + step, last));
  }
}

/// Adds the products of some channels and 16 outputs, or twice as many, to rows of `outs` sums.
template <int channels, int halves, int pairs>
void weigh_some(const std::uint16_t* planes, std::int64_t plane_step, const std::uint16_t* slopes, std::int64_t outs,
                std::int64_t positions, float* to) {
  __m512 made[channels][halves] = {};
  for (std::int64_t position = 0; position < positions; position += 2 * pairs, slopes += 2 * pairs * outs) {
    __m512bh with[halves];
#pragma GCC unroll 2
    for (int half = 0; half < halves; ++half) with[half] = of_outputs<pairs>(slopes + half * 2 * tile, 2 * outs);
#pragma GCC unroll 16
    for (int i = 0; i < channels; ++i) {
      const auto numbers = everywhere<pairs>(planes + i * plane_step + position);
#pragma GCC unroll 2
      for (int half = 0; half < halves; ++half) made[i][half] = _mm512_dpbf16_ps(made[i][half], numbers, with[half]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < channels; ++i)
#pragma GCC unroll 2
    for (int half = 0; half < halves; ++half) {
      auto* row = to + i * outs + half * tile;
      _mm512_storeu_ps(row, _mm512_add_ps(_mm512_loadu_ps(row), of_lanes<pairs>(made[i][half])));
    }
}

void weigh(const Bfloat16Gradient& sizes, const std::uint16_t* planes, const std::uint16_t* pairs, std::int64_t first,
           std::int64_t last, std::int64_t channel, std::int64_t out, float* gradient) {
  const auto outs = sizes.outs - out;
  const bool both = outs > tile, few = outs <= tile / 2;
  const auto of_8 = both  ? weigh_some<8, 2, 1>
                    : few ? weigh_some<8, 1, 2>
                          : weigh_some<8, 1, 1>,
             of_16 = few ? weigh_some<16, 1, 2> : weigh_some<16, 1, 1>;
  const auto pitch = sizes.padded_outs(), end = lesser(channel + Bfloat16Sizes::block, sizes.channels);
  const auto* with = pairs + first * pitch + 2 * out;
  for (std::int64_t tap = 0; tap < sizes.taps; ++tap)
    for (auto c = channel; c < end;) {
      const bool eight = both || end - c <= 8;
      (eight ? of_8 : of_16)(planes + c * sizes.plane_step + sizes.offsets[tap] + first, sizes.plane_step, with, pitch,
                             last - first, gradient + (tap * sizes.padded_channels() + c) * pitch + out);
      c += eight ? 8 : 16;
    }
}

}  // namespace

extern const Bfloat16Kernels bfloat16_kernels_avx512;
const Bfloat16Kernels bfloat16_kernels_avx512{128 << 10, pack, convolve, turn_back, to_planes, weigh, unpack};

}  // namespace stormsweep
