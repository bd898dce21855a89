#pragma once

// Included by tornado_kernels_avx2.cpp and tornado_kernels_avx512.cpp alone, which are compiled for those processors
// and define what differs: wide_lanes, and the Tiles of each layer. Everything is in an unnamed namespace and nothing
// of the standard library is instantiated, so that no code for a newer processor is linked into the rest of the
// program.

#include <math.h>

#include "models/kernels/tornado_kernels.hpp"

namespace stormsweep {

namespace {

constexpr int kernel = 5, margin = kernel / 2;

template <int Lanes>
struct VectorOf {
  typedef float type __attribute__((vector_size(4 * Lanes), aligned(4), may_alias));
};

/// How a layer's inner loop fills the registers: `vectors` of `lanes` output channels, times `rows` points
/// (convolution) or weights (their gradient). vectors x rows is at least 8, what two multiply-adds a cycle of latency 4
/// need, and at most the registers less those of the operands.
template <int Lanes, int Vectors, int Rows>
struct Tile {
  static constexpr int lanes = Lanes, vectors = Vectors, rows = Rows, channels = Lanes * Vectors;
  using Vector = typename VectorOf<Lanes>::type;
};

/// sums[r][v] += in[r * In] * weights[v] over `Length` consecutive elements of `in` and rows of `weights`
/// [Length][Out].
template <class Tile, int Length, int In, int Out>
inline __attribute__((always_inline)) void accumulate(const float* in, const float* weights,
                                                      typename Tile::Vector (&sums)[Tile::rows][Tile::vectors]) {
  using Vector = typename Tile::Vector;
  for (int k = 0; k < Length; ++k) {
    Vector weight[Tile::vectors];
#pragma GCC unroll 32
    for (int v = 0; v < Tile::vectors; ++v)
      weight[v] = *reinterpret_cast<const Vector*>(weights + k * Out + v * Tile::lanes);
#pragma GCC unroll 32
    for (int r = 0; r < Tile::rows; ++r)
#pragma GCC unroll 32
      for (int v = 0; v < Tile::vectors; ++v) sums[r][v] += in[r * In + k] * weight[v];
  }
}

/// out [Side][Side][Out] = bias + 5x5 same convolution of in [Side + 4][Side + 4][In], whose margin is zero. `Sweep`
/// rows of the kernel (5 or 1) are applied in one go, as many as have weights that fit the first-level cache.
template <class Tile, int Side, int In, int Out, int Sweep>
void convolve(const float* in, const float* weights, const float* bias, float* out) {
  using Vector = typename Tile::Vector;
  static_assert(Side % Tile::rows == 0 && Out % Tile::channels == 0 && kernel % Sweep == 0);
  for (int ky = 0; ky < kernel; ky += Sweep)
    for (int y = 0; y < Side; ++y)
      for (int c = 0; c < Out; c += Tile::channels)
        for (int x = 0; x < Side; x += Tile::rows) {
          float* point = out + (y * Side + x) * Out + c;
          Vector sums[Tile::rows][Tile::vectors];
          for (int r = 0; r < Tile::rows; ++r)
            for (int v = 0; v < Tile::vectors; ++v) {
              const float* from = ky > 0 ? point + r * Out : bias ? bias + c : nullptr;
              sums[r][v] = from ? *reinterpret_cast<const Vector*>(from + v * Tile::lanes) : Vector{};
            }
          for (int row = ky; row < ky + Sweep; ++row)
            accumulate<Tile, kernel * In, In, Out>(in + ((y + row) * (Side + 2 * margin) + x) * In,
                                                   weights + row * kernel * In * Out + c, sums);
          for (int r = 0; r < Tile::rows; ++r)
            for (int v = 0; v < Tile::vectors; ++v)
              *reinterpret_cast<Vector*>(point + r * Out + v * Tile::lanes) = sums[r][v];
        }
}

/// gradient[k][c] += sum over points of in[k] * out_gradient[c], for `Tile::rows` consecutive k of one kernel row.
template <class Tile, int Side, int In, int Out>
inline __attribute__((always_inline)) void correlate(const float* in, const float* out_gradient, int pitch,
                                                     float* gradient) {
  using Vector = typename Tile::Vector;
  Vector sums[Tile::rows][Tile::vectors] = {};
  for (int y = 0; y < Side; ++y)
    for (int x = 0; x < Side; ++x) {
      const float* from = in + (y * (Side + 2 * margin) + x) * In;
      Vector slope[Tile::vectors];
#pragma GCC unroll 32
      for (int v = 0; v < Tile::vectors; ++v)
        slope[v] = *reinterpret_cast<const Vector*>(out_gradient + y * pitch + x * Out + v * Tile::lanes);
#pragma GCC unroll 32
      for (int r = 0; r < Tile::rows; ++r)
#pragma GCC unroll 32
        for (int v = 0; v < Tile::vectors; ++v) sums[r][v] += from[r] * slope[v];
    }
  for (int r = 0; r < Tile::rows; ++r)
    for (int v = 0; v < Tile::vectors; ++v)
      *reinterpret_cast<Vector*>(gradient + r * Out + v * Tile::lanes) += sums[r][v];
}

/// gradient [5][5][In][Out] += that of the weights of `convolve`, given `in` as there and the gradient of its output,
/// rows of which are `pitch` floats apart.
template <class Tile, int Side, int In, int Out>
void weight_gradient(const float* in, const float* out_gradient, int pitch, float* gradient) {
  constexpr int length = kernel * In, rest = length % Tile::rows;
  using Last = stormsweep::Tile<Tile::lanes, Tile::vectors, rest == 0 ? 1 : rest>;
  for (int ky = 0; ky < kernel; ++ky)
    for (int c = 0; c < Out; c += Tile::channels) {
      const float* row = in + ky * (Side + 2 * margin) * In;
      float* to = gradient + ky * length * Out + c;
      int k = 0;
      for (; k + Tile::rows <= length; k += Tile::rows)
        correlate<Tile, Side, In, Out>(row + k, out_gradient + c, pitch, to + k * Out);
      if constexpr (rest > 0) correlate<Last, Side, In, Out>(row + k, out_gradient + c, pitch, to + k * Out);
    }
}

template <int Side, int Channels>
void bias_gradient(const float* out_gradient, int pitch, float* gradient) {
  float sums[Channels] = {};
  for (int y = 0; y < Side; ++y)
    for (int x = 0; x < Side; ++x)
      for (int c = 0; c < Channels; ++c) sums[c] += out_gradient[y * pitch + x * Channels + c];
  for (int c = 0; c < Channels; ++c) gradient[c] += sums[c];
}

inline float positive(float x) {
  return x > 0 ? x : 0;
}

/// out [Side / Pool][Side / Pool][Channels], rows `pitch` apart, = mean over Pool x Pool of ReLU(in), times `scale`.
template <int Side, int Channels, int Pool>
void activate(const float* in, const float* scale, float* out, int pitch) {
  for (int y = 0; y < Side / Pool; ++y)
    for (int x = 0; x < Side / Pool; ++x) {
      float sums[Channels] = {};
      for (int dy = 0; dy < Pool; ++dy)
        for (int dx = 0; dx < Pool; ++dx)
          for (int c = 0; c < Channels; ++c)
            sums[c] += positive(in[((y * Pool + dy) * Side + x * Pool + dx) * Channels + c]);
      for (int c = 0; c < Channels; ++c)
        out[y * pitch + x * Channels + c] = sums[c] * (scale ? scale[c] : 1) / (Pool * Pool);
    }
}

/// The reverse: `out` [Side][Side][Channels], rows `pitch` apart, from the gradient [Side / Pool][Side /
/// Pool][Channels] of what `activate` wrote. `out` may be `in`.
template <int Side, int Channels, int Pool>
void activate_gradient(const float* in, const float* scale, const float* gradient, float* out, int pitch) {
  for (int y = 0; y < Side; ++y)
    for (int x = 0; x < Side; ++x)
      for (int c = 0; c < Channels; ++c) {
        const float slope = gradient[(y / Pool * (Side / Pool) + x / Pool) * Channels + c] * (scale ? scale[c] : 1);
        out[y * pitch + x * Channels + c] = in[(y * Side + x) * Channels + c] > 0 ? slope / (Pool * Pool) : 0;
      }
}

/// Everything of one sample. Inputs of convolutions have a margin, which stays zero.
struct Workspace {
  float input[36][36][3];
  float linear1[32][32][8];  ///< output of convolution 1, then its gradient
  float pooled1[20][20][8];
  float linear2[16][16][16];
  float pooled2[12][12][16];
  float linear3[8][8][32];
  float features[8][8][32];  ///< [4][4][32] with pool_last
  float gradient3[12][12][32];
  float pooled_gradient2[8][8][16];
  float gradient2[20][20][16];
  float pooled_gradient1[16][16][8];
};

const float* row(const float* dropout, std::int64_t sample, int channels) {
  return dropout ? dropout + sample * channels : nullptr;
}

float predict_one(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t i, Workspace& w) {
  for (int y = 0; y < 32; ++y)
    __builtin_memcpy(w.input[y + margin][margin], samples.patches + (i * 32 + y) * 32 * 3, sizeof(float) * 32 * 3);
  convolve<Forward1, 32, 3, 8, 5>(w.input[0][0], weights.forward[0], weights.bias[0], w.linear1[0][0]);
  activate<32, 8, 2>(w.linear1[0][0], row(samples.dropout[0], i, 8), w.pooled1[margin][margin], 20 * 8);
  convolve<Forward2, 16, 8, 16, 5>(w.pooled1[0][0], weights.forward[1], weights.bias[1], w.linear2[0][0]);
  activate<16, 16, 2>(w.linear2[0][0], row(samples.dropout[1], i, 16), w.pooled2[margin][margin], 12 * 16);
  convolve<Forward3, 8, 16, 32, 1>(w.pooled2[0][0], weights.forward[2], weights.bias[2], w.linear3[0][0]);
  const float* dropout = row(samples.dropout[2], i, 32);
  float* features = w.features[0][0];
  if (samples.pool_last)
    activate<8, 32, 2>(w.linear3[0][0], dropout, features, 4 * 32);
  else
    activate<8, 32, 1>(w.linear3[0][0], dropout, features, 8 * 32);
  float sums[32] = {};
  for (int k = 0; k < (samples.pool_last ? 16 : 64); ++k)
    for (int c = 0; c < 32; ++c) sums[c] += features[k * 32 + c] * weights.dense[k * 32 + c];
  float logit = weights.dense_bias;
  for (const float sum : sums) logit += sum;
  return logit;
}

void learn_one(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t i, float slope, Workspace& w,
               const TornadoGradients& gradients) {
  const int features = samples.pool_last ? 16 * 32 : 64 * 32;
  float* feature = w.features[0][0];
  for (int k = 0; k < features; ++k) {
    gradients.dense[k] += slope * feature[k];
    feature[k] = slope * weights.dense[k];  // now the gradient
  }
  *gradients.dense_bias += slope;

  const float* dropout = row(samples.dropout[2], i, 32);
  float* gradient3 = w.gradient3[margin][margin];
  if (samples.pool_last)
    activate_gradient<8, 32, 2>(w.linear3[0][0], dropout, feature, gradient3, 12 * 32);
  else
    activate_gradient<8, 32, 1>(w.linear3[0][0], dropout, feature, gradient3, 12 * 32);
  bias_gradient<8, 32>(gradient3, 12 * 32, gradients.bias[2]);
  weight_gradient<Weight3, 8, 16, 32>(w.pooled2[0][0], gradient3, 12 * 32, gradients.weight[2]);
  convolve<Backward3, 8, 32, 16, 1>(w.gradient3[0][0], weights.backward[2], nullptr, w.pooled_gradient2[0][0]);

  float* gradient2 = w.gradient2[margin][margin];
  activate_gradient<16, 16, 2>(w.linear2[0][0], row(samples.dropout[1], i, 16), w.pooled_gradient2[0][0], gradient2,
                               20 * 16);
  bias_gradient<16, 16>(gradient2, 20 * 16, gradients.bias[1]);
  weight_gradient<Weight2, 16, 8, 16>(w.pooled1[0][0], gradient2, 20 * 16, gradients.weight[1]);
  convolve<Backward2, 16, 16, 8, 5>(w.gradient2[0][0], weights.backward[1], nullptr, w.pooled_gradient1[0][0]);

  float* gradient1 = w.linear1[0][0];
  activate_gradient<32, 8, 2>(gradient1, row(samples.dropout[0], i, 8), w.pooled_gradient1[0][0], gradient1, 32 * 8);
  bias_gradient<32, 8>(gradient1, 32 * 8, gradients.bias[0]);
  weight_gradient<Weight1, 32, 3, 8>(w.input[0][0], gradient1, 32 * 8, gradients.weight[0]);
}

void predict(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t first, std::int64_t last,
             float* workspace) {
  for (std::int64_t i = first; i < last; ++i)
    samples.logits[i] = predict_one(weights, samples, i, *reinterpret_cast<Workspace*>(workspace));
}

void learn(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t first, std::int64_t last,
           float* workspace, const TornadoGradients& gradients) {
  auto& w = *reinterpret_cast<Workspace*>(workspace);
  for (std::int64_t i = first; i < last; ++i) {
    const float logit = samples.logits[i] = predict_one(weights, samples, i, w);
    const float target = samples.targets[i], weight = target > 0.5f ? samples.positive_weight : 1;
    const float small = expf(-fabsf(logit)), probability = (logit > 0 ? 1 : small) / (1 + small);
    samples.losses[i] = weight * (positive(logit) - logit * target + log1pf(small));
    learn_one(weights, samples, i, weight * (probability - target), w, gradients);
  }
}

}  // namespace

}  // namespace stormsweep
