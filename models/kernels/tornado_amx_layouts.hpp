#pragma once

#include "models/kernels/tornado_amx_convolution.hpp"

// How the tornado network's maps and gradients lie for tiles, and what brings them from one layout to another.

namespace stormsweep {

namespace {

constexpr int patch_numbers = layer1.side * layer1.side * layer1.in;

constexpr Layer turned(const Layer& layer) {
  return {layer.side, layer.out, layer.in};
}
using First = Convolution<layer1, 4, 4, 36>;
using Second = Convolution<layer2, 8, 1, 18>;
using Third = Convolution<layer3, 16, 1, 10>;
using BackThird = Convolution<turned(layer3), 32, 1, 10>;
using BackSecond = Convolution<turned(layer2), 16, 2, 18>;

/// Samples whose positions are one run for the gradient of the third convolution's weights, which has most sums.
constexpr int run = 8;
constexpr int slot = (Third::side + margin) * Third::pitch;  ///< positions of a sample in it
constexpr int taps = kernel * kernel, groups = (kernel + 1) / 2;
constexpr int run_chunks = (run * slot + depth - 1) / depth;
constexpr int chunks2 = Second::side * Second::pitch / depth;
static_assert(chunks2 * depth == Second::side * Second::pitch);

/// Maps and gradients in the layouts that the gradients of weights are computed from: one of the two as planes, whose
/// rows are numbers of successive positions, the other in pairs of positions. A tile is read fast where its rows are
/// cache lines. An even tap offset moves pairs by whole rows; odd offsets have pairs of their own. The first map has
/// planes for all taps of a kernel's row (and one of zeros). So that no column of a tile is idle, the first gradient
/// stands beside that of the row above, and the second map beside its row below: the kernel's next row.
struct alignas(64) ForWeights {
  Number map1[layer1.padded() + 1][tile][layer1.side];
  Number gradient1[layer1.side + 1][layer1.side / 2][2][layer1.out][2];
  Number map2[2][Second::map / Second::channels / 2 + 1][2][layer2.in][2];
  Number gradient2[layer2.out][chunks2 * depth];
  Number map3[2][(run_chunks + 2) * depth / 2][layer3.in][2];
  Number gradient3[layer3.out][run_chunks * depth];
};

/// Of the gradients of weights.
struct alignas(64) Sums {
  float weight1[groups][tile][2][layer1.out];               ///< pairs of the kernel's rows
  float weight2[kernel][groups][layer2.out][2][layer2.in];  ///< [column][pair of rows]
  float weight3[2][taps + 2][tile][layer3.in];              ///< halves of the outputs; the last two taps are padding
};

/// Weights as tiles have them; everything of one sample, and of a run what becomes gradients of weights. Margins stay
/// zero.
struct alignas(64) Workspace {
  Number weight1[First::weights], weight2[Second::weights], weight3[Third::weights];
  Number back2[BackSecond::weights], back3[BackThird::weights];
  float bias1[4 * layer1.out], zeros[2 * tile];
  alignas(64) Number patch[patch_numbers + depth];                  ///< with slack
  alignas(64) Number channels1[layer1.side][layer1.in][2 * depth];  ///< a row's 32 numbers behind the margin
  alignas(64) Number map1[First::map];
  alignas(64) Number map2[Second::map];
  alignas(64) Number map3[Third::map];
  alignas(64) float linear1[First::results];  ///< what convolutions give, before ReLU
  alignas(64) float linear2[Second::results];
  alignas(64) float linear3[Third::results];
  alignas(64) float features[all_points * layer3.out];
  alignas(64) Number gradient3[BackThird::map];
  alignas(64) Number gradient2[BackSecond::map];
  alignas(64) float pooled_gradient2[BackThird::results];
  alignas(64) float pooled_gradient1[BackSecond::results];
  ForWeights parts;
  Sums sums;
};

Workspace& aligned(float* workspace) {
  constexpr auto step = alignof(Workspace);
  const auto beyond = reinterpret_cast<std::uintptr_t>(workspace) % step;
  return *reinterpret_cast<Workspace*>(reinterpret_cast<char*>(workspace) + (step - beyond) % step);
}

struct alignas(64) Places {
  Number of[depth];
  __m512i load() const { return _mm512_load_si512(of); }
};
/// Where the numbers of 8 points of three channels come from when each gets a fourth, and where every third of 96
/// numbers is, in the first 64 or behind them.
constexpr Places of_four = [] {
  Places places{};
  for (int i = 0; i < depth; ++i) places.of[i] = static_cast<Number>(i / 4 * 3 + i % 4);
  return places;
}();
constexpr Places every_third = [] {
  Places places{};
  for (int i = 0; i < depth; ++i) places.of[i] = static_cast<Number>(3 * i % (2 * depth));
  return places;
}();
constexpr __mmask32 three_of_four = 0x77777777, behind_64 = ~0U << (2 * depth / 3 + 1);

void round_patch(const float* from, Number* to) {
  for (int i = 0; i < patch_numbers; i += depth)
    _mm512_storeu_si512(to + i,
                        (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + i + tile), _mm512_loadu_ps(from + i)));
}

void to_map1(Workspace& w) {
  for (int y = 0; y < layer1.side; ++y)
    for (int x = 0; x < layer1.side; x += 8) {
      const __m512i points = _mm512_loadu_si512(w.patch + (y * layer1.side + x) * layer1.in);
      _mm512_storeu_si512(w.map1 + First::at(y + margin, x + margin) * First::channels,
                          _mm512_maskz_permutexvar_epi16(three_of_four, of_four.load(), points));
    }
}

void to_channels(Workspace& w) {
  for (int y = 0; y < layer1.side; ++y)
    for (int channel = 0; channel < layer1.in; ++channel) {
      const Number* from = w.patch + y * layer1.side * layer1.in + channel;
      const __m512i early =
          _mm512_permutex2var_epi16(_mm512_loadu_si512(from), every_third.load(), _mm512_loadu_si512(from + depth));
      _mm512_storeu_si512(
          w.channels1[y][channel] + margin,
          _mm512_mask_permutexvar_epi16(early, behind_64, every_third.load(), _mm512_loadu_si512(from + 2 * depth)));
    }
}

void to_planes1(Workspace& w) {
  for (int y = 0; y < layer1.side; ++y)
    for (int tap = 0; tap < kernel; ++tap)
      for (int channel = 0; channel < layer1.in; ++channel)
        _mm512_store_si512(w.parts.map1[y + margin][tap * layer1.in + channel],
                           _mm512_loadu_si512(w.channels1[y][channel] + tap));
}

void to_pairs2(Workspace& w) {
  const auto numbers = [&](int position) {
    const auto* from = reinterpret_cast<const __m128i*>(w.map2 + position * layer2.in);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(from)), _mm_loadu_si128(from + Second::pitch),
                                   1);
  };
  for (int at = Second::at(margin - 1, 0); at < Second::at(margin + layer2.side, 0); at += 2) {
    const __m256i next = numbers(at + 1);
    _mm512_store_si512(w.parts.map2[0][at / 2], paired(numbers(at), next));
    _mm512_store_si512(w.parts.map2[1][at / 2], paired(next, numbers(at + 2)));
  }
}

/// Of the sample whose positions in the run begin with `first`.
void to_pairs3(Workspace& w, int first) {
  const auto numbers = [&](int position) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w.map3 + position * layer3.in));
  };
  for (int at = 0; at < slot; at += 2) {
    const __m256i next = numbers(at + 1);
    _mm512_store_si512(w.parts.map3[0][(first + at) / 2], paired(numbers(at), next));
    _mm512_store_si512(w.parts.map3[1][(first + at) / 2], paired(next, numbers(at + 2)));
  }
}

/// 16 channels of 16 points.
template <class C>
void load_points(const Number* from, __m256i (&points)[tile]) {
#pragma GCC unroll 16
  for (int i = 0; i < tile; ++i)
    points[i] = _mm256_loadu_si256(
        reinterpret_cast<const __m256i*>(from + C::at(margin + i / C::side, margin + i % C::side) * C::channels));
}

void to_planes2(Workspace& w) {
  for (int y = 0; y < layer2.side; ++y) {
    __m256i block[tile];
    load_points<BackSecond>(w.gradient2 + BackSecond::at(y, 0) * layer2.out, block);
    transpose(block);
    for (int out = 0; out < tile; ++out)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(w.parts.gradient2[out] + Second::at(y, 0)), block[out]);
  }
}

void to_planes3(Workspace& w, int first) {
  for (int half = 0; half < layer3.out; half += tile)
    for (int y = 0; y < layer3.side; y += 2) {
      __m256i block[tile];
      load_points<BackThird>(w.gradient3 + BackThird::at(y, 0) * layer3.out + half, block);
      transpose(block);
      for (int out = 0; out < tile; ++out) {
        Number* plane = w.parts.gradient3[half + out] + first + Third::at(y, 0);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(plane), _mm256_castsi256_si128(block[out]));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(plane + Third::pitch), _mm256_extracti128_si256(block[out], 1));
      }
    }
}

}  // namespace

}  // namespace stormsweep
