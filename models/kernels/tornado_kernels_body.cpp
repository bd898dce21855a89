#include "models/kernels/tornado_kernels.hpp"

#include "models/kernels/tornado_layers.hpp"
#include "models/kernels/vector_target.hpp"

#ifdef __AVX512F__
#include "models/kernels/tornado_pairs.hpp"
#endif

namespace stormsweep {

namespace {

template <int Width>
struct VectorOf {
  typedef float type __attribute__((vector_size(4 * Width), aligned(4), may_alias));
};

/// How a layer's inner loop fills the registers: `vectors` of `width` output channels, times `rows` points
/// (convolution) or weights (their gradient). vectors x rows is at least 8, what two multiply-adds a cycle of latency 4
/// need, and at most the registers less those of the operands.
template <int Width, int Vectors, int Rows>
struct Tile {
  static constexpr int width = Width, vectors = Vectors, rows = Rows, channels = Width * Vectors;
  using Vector = typename VectorOf<Width>::type;
};

#ifdef __AVX512F__
// 32 registers of 16 floats. Layers of 8 channels: see models/kernels/tornado_pairs.hpp.
using Forward2 = Tile<16, 1, 16>;
using Forward3 = Tile<16, 2, 8>;
using Backward3 = Tile<16, 1, 8>;
using Weight2 = Tile<16, 1, 20>;
using Weight3 = Tile<16, 2, 10>;
#elif defined(__AVX2__)
// 16 registers of 8 floats.
using Forward1 = Tile<8, 1, 8>;
using Forward2 = Tile<8, 2, 4>;
using Forward3 = Tile<8, 2, 4>;
using Backward3 = Tile<8, 2, 4>;
using Backward2 = Tile<8, 1, 8>;
using Weight1 = Tile<8, 1, 8>;
using Weight2 = Tile<8, 2, 5>;
using Weight3 = Tile<8, 2, 5>;
#else
// 32 registers of 4 floats.
using Forward1 = Tile<4, 2, 8>;
using Forward2 = Tile<4, 4, 4>;
using Forward3 = Forward2;
using Backward3 = Forward2;
using Backward2 = Forward1;
using Weight1 = Tile<4, 2, 10>;
using Weight2 = Tile<4, 4, 5>;
using Weight3 = Weight2;
#endif

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
      weight[v] = *reinterpret_cast<const Vector*>(weights + k * Out + v * Tile::width);
#pragma GCC unroll 32
    for (int r = 0; r < Tile::rows; ++r)
#pragma GCC unroll 32
      for (int v = 0; v < Tile::vectors; ++v) sums[r][v] += in[r * In + k] * weight[v];
  }
}

// Inlined into one function, the loops of layers would get too few registers.

/// out [Side][Side][Out] = bias + 5x5 same convolution of in [Side + 4][Side + 4][In], whose margin is zero. `Sweep`
/// rows of the kernel (5 or 1) are applied in one go, as many as have weights that fit the first-level cache.
template <class Tile, int Side, int In, int Out, int Sweep>
__attribute__((noinline)) void convolve(const float* in, const float* weights, const float* bias, float* out) {
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
              sums[r][v] = from ? *reinterpret_cast<const Vector*>(from + v * Tile::width) : Vector{};
            }
          for (int row = ky; row < ky + Sweep; ++row)
            accumulate<Tile, kernel * In, In, Out>(in + ((y + row) * (Side + 2 * margin) + x) * In,
                                                   weights + row * kernel * In * Out + c, sums);
          for (int r = 0; r < Tile::rows; ++r)
            for (int v = 0; v < Tile::vectors; ++v)
              *reinterpret_cast<Vector*>(point + r * Out + v * Tile::width) = sums[r][v];
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
        slope[v] = *reinterpret_cast<const Vector*>(out_gradient + y * pitch + x * Out + v * Tile::width);
#pragma GCC unroll 32
      for (int r = 0; r < Tile::rows; ++r)
#pragma GCC unroll 32
        for (int v = 0; v < Tile::vectors; ++v) sums[r][v] += from[r] * slope[v];
    }
  for (int r = 0; r < Tile::rows; ++r)
    for (int v = 0; v < Tile::vectors; ++v)
      *reinterpret_cast<Vector*>(gradient + r * Out + v * Tile::width) += sums[r][v];
}

/// gradient [5][5][In][Out] += that of the weights of `convolve`, given `in` as there and the gradient of its output,
/// rows of which are `pitch` floats apart.
template <class Tile, int Side, int In, int Out>
__attribute__((noinline)) void weight_gradient(const float* in, const float* out_gradient, int pitch, float* gradient) {
  constexpr int length = kernel * In, rest = length % Tile::rows;
  using Last = stormsweep::Tile<Tile::width, Tile::vectors, rest == 0 ? 1 : rest>;
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

/// What multiplies the channels of a point: the factors of a dropout, if there are any, divided by Pool x Pool.
template <int Channels, int Pool>
struct Scale {
  static constexpr int width = Channels < lanes ? Channels : lanes, vectors = Channels / width;
  using Vector = typename VectorOf<width>::type;
  Vector of[vectors];

  explicit Scale(const float* dropout) {
    for (int v = 0; v < vectors; ++v) of[v] = (dropout ? load(dropout, v) : Vector{} + 1) / (Pool * Pool);
  }
  static Vector load(const float* point, int v) { return *reinterpret_cast<const Vector*>(point + v * width); }
  static void store(float* point, int v, Vector numbers) { *reinterpret_cast<Vector*>(point + v * width) = numbers; }
};

/// out [Side / Pool][Side / Pool][Channels], rows `pitch` apart, = mean over Pool x Pool of ReLU(in), times dropout.
template <int Side, int Channels, int Pool>
void activate(const float* in, const float* dropout, float* out, int pitch) {
  using S = Scale<Channels, Pool>;
  const S scale(dropout);
  for (int y = 0; y < Side / Pool; ++y)
    for (int x = 0; x < Side / Pool; ++x)
      for (int v = 0; v < S::vectors; ++v) {
        typename S::Vector sum{};
        for (int dy = 0; dy < Pool; ++dy)
          for (int dx = 0; dx < Pool; ++dx) {
            const auto numbers = S::load(in + ((y * Pool + dy) * Side + x * Pool + dx) * Channels, v);
            sum += numbers <= 0 ? 0 : numbers;  // NaN stays NaN
          }
        S::store(out + y * pitch + x * Channels, v, sum * scale.of[v]);
      }
}

/// The reverse: `out` [Side][Side][Channels], rows `pitch` apart, from the gradient [Side / Pool][Side /
/// Pool][Channels] of what `activate` wrote. `out` may be `in`.
template <int Side, int Channels, int Pool>
void activate_gradient(const float* in, const float* dropout, const float* gradient, float* out, int pitch) {
  using S = Scale<Channels, Pool>;
  const S scale(dropout);
  for (int y = 0; y < Side; ++y)
    for (int x = 0; x < Side; ++x)
      for (int v = 0; v < S::vectors; ++v) {
        const auto slope = S::load(gradient + (y / Pool * (Side / Pool) + x / Pool) * Channels, v) * scale.of[v];
        const auto numbers = S::load(in + (y * Side + x) * Channels, v);
        S::store(out + y * pitch + x * Channels, v, numbers <= 0 ? 0 : slope);
      }
}

/// Everything of one sample. Inputs of convolutions have a margin, which stays zero.
struct Workspace {
  float input[layer1.padded()][layer1.padded()][layer1.in];
  float behind_input;                                   ///< read in pairs, and multiplied by 0
  float linear1[layer1.side][layer1.side][layer1.out];  ///< output of convolution 1, then its gradient
  float pooled1[layer2.padded()][layer2.padded()][layer2.in];
  float linear2[layer2.side][layer2.side][layer2.out];
  float pooled2[layer3.padded()][layer3.padded()][layer3.in];
  float linear3[layer3.side][layer3.side][layer3.out];
  float features[layer3.side][layer3.side][layer3.out];  ///< [4][4][32] with pool_last
  float gradient3[layer3.padded()][layer3.padded()][layer3.out];
  float pooled_gradient2[layer3.side][layer3.side][layer3.in];
  float gradient2[layer2.padded()][layer2.padded()][layer2.out];
  float pooled_gradient1[layer2.side][layer2.side][layer2.in];
#ifdef __AVX512F__
  float pairs1[kernel * pairs(layer1.in) * 2 * narrow], pairs2[kernel * pairs(layer2.out) * 2 * narrow];  ///< weights
#endif
};

// The layers of 8 output channels.
#ifdef __AVX512F__

void begin(const TornadoWeights& weights, Workspace& w) {
  pack_pairs<layer1.in>(weights.forward[0], w.pairs1);
  pack_pairs<layer2.out>(weights.backward[1], w.pairs2);
}
void forward1(const TornadoWeights& weights, Workspace& w) {
  convolve_pairs<layer1.side, layer1.in>(w.input[0][0], w.pairs1, weights.bias[0], w.linear1[0][0]);
}
void backward2(const TornadoWeights&, Workspace& w) {
  convolve_pairs<layer2.side, layer2.out>(w.gradient2[0][0], w.pairs2, nullptr, w.pooled_gradient1[0][0]);
}
void weight_gradient1(Workspace& w, float* gradient) {
  constexpr int pitch = layer1.side * layer1.out;
  correlate_pairs<3, layer1.side, layer1.in>(w.input[0][0], w.linear1[0][0], pitch, 0, gradient);
  correlate_pairs<2, layer1.side, layer1.in>(w.input[0][0], w.linear1[0][0], pitch, 3, gradient);
}

#else

void begin(const TornadoWeights&, Workspace&) {}
void forward1(const TornadoWeights& weights, Workspace& w) {
  convolve<Forward1, layer1.side, layer1.in, layer1.out, 5>(w.input[0][0], weights.forward[0], weights.bias[0],
                                                            w.linear1[0][0]);
}
void backward2(const TornadoWeights& weights, Workspace& w) {
  convolve<Backward2, layer2.side, layer2.out, layer2.in, 5>(w.gradient2[0][0], weights.backward[1], nullptr,
                                                             w.pooled_gradient1[0][0]);
}
void weight_gradient1(Workspace& w, float* gradient) {
  weight_gradient<Weight1, layer1.side, layer1.in, layer1.out>(w.input[0][0], w.linear1[0][0], layer1.side * layer1.out,
                                                               gradient);
}

#endif

/// What enters products, to the nearest bfloat16, if `Rounded`.
template <bool Rounded, class Numbers>
void prepare(Numbers& numbers) {
  if constexpr (Rounded) {
    auto* first = reinterpret_cast<float*>(&numbers);
    for (std::size_t i = 0; i < sizeof numbers / sizeof(float); ++i) {
      std::uint32_t bits;
      __builtin_memcpy(&bits, first + i, sizeof bits);
      bits += 0x7FFF + (bits >> 16 & 1), bits &= 0xFFFF0000;  // halves to even
      float nearest;
      __builtin_memcpy(&nearest, &bits, sizeof nearest);
      first[i] = first[i] == first[i] ? nearest : first[i];  // NaN stays NaN
    }
  }
}

template <bool Rounded>
float predict_one(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t i, Workspace& w) {
  constexpr Layer l1 = layer1, l2 = layer2, l3 = layer3;
  constexpr int row_floats = l1.side * l1.in;
  for (int y = 0; y < l1.side; ++y)
    __builtin_memcpy(w.input[y + margin][margin], samples.patches + (i * l1.side + y) * row_floats,
                     sizeof(float) * row_floats);
  prepare<Rounded>(w.input);
  forward1(weights, w);
  activate<l1.side, l1.out, pool>(w.linear1[0][0], row(samples.dropout[0], i, l1.out), w.pooled1[margin][margin],
                                  l2.padded() * l2.in);
  prepare<Rounded>(w.pooled1);
  convolve<Forward2, l2.side, l2.in, l2.out, 5>(w.pooled1[0][0], weights.forward[1], weights.bias[1], w.linear2[0][0]);
  activate<l2.side, l2.out, pool>(w.linear2[0][0], row(samples.dropout[1], i, l2.out), w.pooled2[margin][margin],
                                  l3.padded() * l3.in);
  prepare<Rounded>(w.pooled2);
  convolve<Forward3, l3.side, l3.in, l3.out, 1>(w.pooled2[0][0], weights.forward[2], weights.bias[2], w.linear3[0][0]);
  const float* dropout = row(samples.dropout[2], i, l3.out);
  float* features = w.features[0][0];
  if (samples.pool_last)
    activate<l3.side, l3.out, pool>(w.linear3[0][0], dropout, features, l3.side / pool * l3.out);
  else
    activate<l3.side, l3.out, 1>(w.linear3[0][0], dropout, features, l3.side * l3.out);
  float sums[l3.out] = {};
  for (int k = 0; k < (samples.pool_last ? pooled_points : all_points); ++k)
    for (int c = 0; c < l3.out; ++c) sums[c] += features[k * l3.out + c] * weights.dense[k * l3.out + c];
  float logit = weights.dense_bias;
  for (const float sum : sums) logit += sum;
  return logit;
}

template <bool Rounded>
void learn_one(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t i, float slope, Workspace& w,
               const TornadoGradients& gradients) {
  constexpr Layer l1 = layer1, l2 = layer2, l3 = layer3;
  const int features = (samples.pool_last ? pooled_points : all_points) * l3.out;
  float* feature = w.features[0][0];
  for (int k = 0; k < features; ++k) {
    gradients.dense[k] += slope * feature[k];
    feature[k] = slope * weights.dense[k];  // now the gradient
  }
  *gradients.dense_bias += slope;

  constexpr int pitch3 = l3.padded() * l3.out, pitch2 = l2.padded() * l2.out, pitch1 = l1.side * l1.out;
  const float* dropout = row(samples.dropout[2], i, l3.out);
  float* gradient3 = w.gradient3[margin][margin];
  if (samples.pool_last)
    activate_gradient<l3.side, l3.out, pool>(w.linear3[0][0], dropout, feature, gradient3, pitch3);
  else
    activate_gradient<l3.side, l3.out, 1>(w.linear3[0][0], dropout, feature, gradient3, pitch3);
  bias_gradient<l3.side, l3.out>(gradient3, pitch3, gradients.bias[2]);
  prepare<Rounded>(w.gradient3);
  weight_gradient<Weight3, l3.side, l3.in, l3.out>(w.pooled2[0][0], gradient3, pitch3, gradients.weight[2]);
  convolve<Backward3, l3.side, l3.out, l3.in, 1>(w.gradient3[0][0], weights.backward[2], nullptr,
                                                 w.pooled_gradient2[0][0]);

  float* gradient2 = w.gradient2[margin][margin];
  activate_gradient<l2.side, l2.out, pool>(w.linear2[0][0], row(samples.dropout[1], i, l2.out),
                                           w.pooled_gradient2[0][0], gradient2, pitch2);
  bias_gradient<l2.side, l2.out>(gradient2, pitch2, gradients.bias[1]);
  prepare<Rounded>(w.gradient2);
  weight_gradient<Weight2, l2.side, l2.in, l2.out>(w.pooled1[0][0], gradient2, pitch2, gradients.weight[1]);
  backward2(weights, w);

  float* gradient1 = w.linear1[0][0];
  activate_gradient<l1.side, l1.out, pool>(gradient1, row(samples.dropout[0], i, l1.out), w.pooled_gradient1[0][0],
                                           gradient1, pitch1);
  bias_gradient<l1.side, l1.out>(gradient1, pitch1, gradients.bias[0]);
  prepare<Rounded>(w.linear1);
  weight_gradient1(w, gradients.weight[0]);
}

template <bool Rounded>
void predict(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t first, std::int64_t last,
             float* workspace) {
  auto& w = *reinterpret_cast<Workspace*>(workspace);
  begin(weights, w);
  for (std::int64_t i = first; i < last; ++i) samples.logits[i] = predict_one<Rounded>(weights, samples, i, w);
}

template <bool Rounded>
void learn(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t first, std::int64_t last,
           float* workspace, const TornadoGradients& gradients) {
  auto& w = *reinterpret_cast<Workspace*>(workspace);
  begin(weights, w);
  for (std::int64_t i = first; i < last; ++i) {
    samples.logits[i] = predict_one<Rounded>(weights, samples, i, w);
    learn_one<Rounded>(weights, samples, i, slope_of_loss(samples, i), w, gradients);
  }
}

}  // namespace

constexpr auto floats = sizeof(Workspace) / sizeof(float);
extern const TornadoKernels FOR_VECTOR_TARGET(tornado_kernels), FOR_VECTOR_TARGET(tornado_rounding_kernels);
const TornadoKernels FOR_VECTOR_TARGET(tornado_kernels){floats, predict<false>, learn<false>};
const TornadoKernels FOR_VECTOR_TARGET(tornado_rounding_kernels){floats, predict<true>, learn<true>};

}  // namespace stormsweep
