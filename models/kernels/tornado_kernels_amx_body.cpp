#include "models/kernels/tornado_kernels.hpp"

#include "models/kernels/tornado_amx_layouts.hpp"

// Compiled for processors with AMX; like the sources of models/kernels/vector_target.hpp it instantiates nothing of the
// standard library. What enters products is rounded to bfloat16: patches, weights of convolutions, what comes out of
// ReLU and pooling, and gradients; sums, biases and the dense unit are float32.

namespace stormsweep {

namespace {

void begin(const TornadoWeights& weights, Workspace& w) {
  pack<First>(weights.forward[0], w.weight1);
  pack<Second>(weights.forward[1], w.weight2);
  pack<Third>(weights.forward[2], w.weight3);
  for (int i = 0; i < 4 * layer1.out; ++i) w.bias1[i] = weights.bias[0][i % layer1.out];
  _tile_loadconfig(&whole_tiles);
}

/// What multiplies 16 channels: the factors of a dropout, if there are any, times `each`.
__m512 factors(const float* dropout, int channel, float each) {
  const __m512 all = _mm512_set1_ps(each);
  return dropout ? _mm512_mul_ps(_mm512_loadu_ps(dropout + channel), all) : all;
}

__m512 twice(const float* eight) {
  return _mm512_castpd_ps(_mm512_broadcast_f64x4(_mm256_castps_pd(_mm256_loadu_ps(eight))));
}

/// Of 8 channels, twice.
__m512 factors_twice(const float* dropout, float each) {
  const __m512 all = _mm512_set1_ps(each);
  return dropout ? _mm512_mul_ps(twice(dropout), all) : all;
}

/// ReLU; NaN stays NaN.
__m512 above_zero(const float* numbers) {
  return _mm512_max_ps(_mm512_setzero_ps(), _mm512_loadu_ps(numbers));
}

void activate1(const float* dropout, Workspace& w) {
  constexpr int down = First::pitch * layer1.out;
  const __m512 scale = factors_twice(dropout, 1.0F / (pool * pool));
  for (int y = 0; y < layer2.side; ++y)
    for (int x = 0; x < layer2.side; x += 2) {
      const float* from = w.linear1 + First::at(y * pool, x * pool) * layer1.out;
      const __m512 left = _mm512_add_ps(above_zero(from), above_zero(from + down)),
                   right = _mm512_add_ps(above_zero(from + tile), above_zero(from + down + tile));
      const __m512 sum =
          _mm512_add_ps(_mm512_shuffle_f32x4(left, right, 0x44), _mm512_shuffle_f32x4(left, right, 0xEE));
      store(_mm512_mul_ps(sum, scale), w.map2 + Second::at(y + margin, x + margin) * layer2.in);
    }
}

/// Mean over Pool x Pool points of ReLU, of 16 channels, times `scale` Pool^2.
template <int Pool>
__m512 pooled(const float* from, int pitch, int channels, __m512 scale) {
  __m512 sum = _mm512_setzero_ps();
  for (int dy = 0; dy < Pool; ++dy)
    for (int dx = 0; dx < Pool; ++dx) sum = _mm512_add_ps(sum, above_zero(from + (dy * pitch + dx) * channels));
  return _mm512_mul_ps(sum, scale);
}

void activate2(const float* dropout, Workspace& w) {
  const __m512 scale = factors(dropout, 0, 1.0F / (pool * pool));
  for (int y = 0; y < layer3.side; ++y)
    for (int x = 0; x < layer3.side; ++x)
      store(pooled<pool>(w.linear2 + Second::at(y * pool, x * pool) * layer2.out, Second::pitch, layer2.out, scale),
            w.map3 + Third::at(y + margin, x + margin) * layer3.in);
}

/// Features, and what the dense unit makes of them, its bias left out.
template <int Pool>
float activate3(const float* dropout, const float* dense, Workspace& w) {
  __m512 sum = _mm512_setzero_ps();
  for (int half = 0; half < layer3.out; half += tile) {
    const __m512 scale = factors(dropout, half, 1.0F / (Pool * Pool));
    for (int y = 0; y < layer3.side / Pool; ++y)
      for (int x = 0; x < layer3.side / Pool; ++x) {
        const int feature = (y * (layer3.side / Pool) + x) * layer3.out + half;
        const __m512 value = pooled<Pool>(w.linear3 + Third::at(y * Pool, x * Pool) * layer3.out + half, Third::pitch,
                                          layer3.out, scale);
        _mm512_storeu_ps(w.features + feature, value);
        sum = _mm512_fmadd_ps(value, _mm512_loadu_ps(dense + feature), sum);
      }
  }
  return _mm512_reduce_add_ps(sum);
}

void predict_one(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t i, Workspace& w) {
  round_patch(samples.patches + i * patch_numbers, w.patch);
  to_map1(w);
  convolve<First>(w.map1, w.weight1, w.bias1, w.linear1);
  activate1(row(samples.dropout[0], i, layer1.out), w);
  convolve<Second>(w.map2, w.weight2, weights.bias[1], w.linear2);
  activate2(row(samples.dropout[1], i, layer2.out), w);
  convolve<Third>(w.map3, w.weight3, weights.bias[2], w.linear3);
  const auto activate = samples.pool_last ? activate3<pool> : activate3<1>;
  samples.logits[i] = weights.dense_bias + activate(row(samples.dropout[2], i, layer3.out), weights.dense, w);
}

void add(float* to, __m512 numbers) {
  _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), numbers));
}

/// The gradient before ReLU.
__m512 where_positive(const float* linear, __m512 slope) {
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(_mm512_loadu_ps(linear), _mm512_setzero_ps(), _CMP_NLE_UQ), slope);
}

/// From the dense unit back to what the third convolution made.
template <int Pool>
void turn_back3(const float* dropout, const float* dense, float slope, Workspace& w, float* bias) {
  for (int half = 0; half < layer3.out; half += tile) {
    const __m512 factor = factors(dropout, half, slope / (Pool * Pool));
    __m512 sum = _mm512_setzero_ps();
    for (int y = 0; y < layer3.side; ++y)
      for (int x = 0; x < layer3.side; ++x) {
        const float* from = dense + (y / Pool * (layer3.side / Pool) + x / Pool) * layer3.out + half;
        const __m512 gradient = where_positive(w.linear3 + Third::at(y, x) * layer3.out + half,
                                               _mm512_mul_ps(factor, _mm512_loadu_ps(from)));
        sum = _mm512_add_ps(sum, gradient);
        store(gradient, w.gradient3 + BackThird::at(y + margin, x + margin) * layer3.out + half);
      }
    add(bias + half, sum);
  }
}

void turn_back2(const float* dropout, Workspace& w, float* bias) {
  const __m512 factor = factors(dropout, 0, 1.0F / (pool * pool));
  __m512 sum = _mm512_setzero_ps();
  for (int y = 0; y < layer2.side; ++y)
    for (int x = 0; x < layer2.side; ++x) {
      const float* from = w.pooled_gradient2 + BackThird::at(y / pool, x / pool) * layer2.out;
      const __m512 gradient =
          where_positive(w.linear2 + Second::at(y, x) * layer2.out, _mm512_mul_ps(factor, _mm512_loadu_ps(from)));
      sum = _mm512_add_ps(sum, gradient);
      store(gradient, w.gradient2 + BackSecond::at(y + margin, x + margin) * layer2.out);
    }
  add(bias, sum);
}

void turn_back1(const float* dropout, Workspace& w, float* bias) {
  const __m512 factor = factors_twice(dropout, 1.0F / (pool * pool));
  const __m256i interleaved = _mm256_setr_epi16(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  __m512 sum = _mm512_setzero_ps();
  for (int y = 0; y < layer1.side; ++y)
    for (int x = 0; x < layer1.side; x += pool) {
      const float* from = w.pooled_gradient1 + BackSecond::at(y / pool, x / pool) * layer1.out;
      const __m512 both = where_positive(w.linear1 + First::at(y, x) * layer1.out, _mm512_mul_ps(factor, twice(from)));
      sum = _mm512_add_ps(sum, both);
      const __m256i pairs = _mm256_permutexvar_epi16(interleaved, narrow(both));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(w.parts.gradient1[y][x / 2][0]), pairs);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(w.parts.gradient1[y + 1][x / 2][1]), pairs);
    }
  alignas(64) float sums[tile];
  _mm512_store_ps(sums, sum);
  for (int i = 0; i < tile; ++i) bias[i % layer1.out] += sums[i];
}

void weigh1(Workspace& w) {
  weigh<false>({w.parts.map1[0][0], depth, tile_numbers}, {0, 2 * tile_numbers, 4 * tile_numbers},
               {w.parts.gradient1[0][0][0][0], depth, tile_numbers}, layer1.side + 1, w.sums.weight1[0][0][0]);
}

/// Offset to the pairs that begin `position` positions further, in the lot of even or the lot of odd positions.
template <class Lots>
constexpr int behind(const Lots& lots, int position) {
  return position % 2 * static_cast<int>(sizeof(lots[0]) / sizeof(Number)) + position / 2 * depth;
}

void weigh2(Workspace& w) {
  const auto& map = w.parts.map2;
  for (int kx = 0; kx < kernel; ++kx)
    weigh<true>({map[0][0][0][0], depth, tile_numbers},
                {behind(map, Second::at(0, kx)), behind(map, Second::at(2, kx)), behind(map, Second::at(4, kx))},
                {w.parts.gradient2[0], chunks2 * depth, depth}, chunks2, w.sums.weight2[kx][0][0][0]);
}

void weigh3(Workspace& w, int samples) {
  const auto& map = w.parts.map3;
  const auto offset = [&](int tap) { return behind(map, Third::at(tap / kernel, tap % kernel)); };
  for (int half = 0; half < 2; ++half)
    for (int tap = 0; tap < taps; tap += 3)
      weigh<true>({map[0][0][0], depth, tile_numbers}, {offset(tap), offset(tap + 1), offset(tap + 2)},
                  {w.parts.gradient3[half * tile], run_chunks * depth, depth}, (samples * slot + depth - 1) / depth,
                  w.sums.weight3[half][tap][0]);
}

/// Everything but the gradient of the third convolution's weights.
void learn_one(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t i, int first, Workspace& w,
               const TornadoGradients& gradients) {
  predict_one(weights, samples, i, w);
  const float slope = slope_of_loss(samples, i);
  for (int k = 0; k < (samples.pool_last ? pooled_points : all_points) * layer3.out; k += tile)
    add(gradients.dense + k, _mm512_mul_ps(_mm512_set1_ps(slope), _mm512_loadu_ps(w.features + k)));
  *gradients.dense_bias += slope;
  to_pairs3(w, first);
  (samples.pool_last ? turn_back3<pool> : turn_back3<1>)(row(samples.dropout[2], i, layer3.out), weights.dense, slope,
                                                         w, gradients.bias[2]);
  to_planes3(w, first);
  convolve<BackThird>(w.gradient3, w.back3, w.zeros, w.pooled_gradient2);
  to_pairs2(w);
  turn_back2(row(samples.dropout[1], i, layer2.out), w, gradients.bias[1]);
  to_planes2(w);
  weigh2(w);
  convolve<BackSecond>(w.gradient2, w.back2, w.zeros, w.pooled_gradient1);
  to_channels(w);
  to_planes1(w);
  turn_back1(row(samples.dropout[0], i, layer1.out), w, gradients.bias[0]);
  weigh1(w);
}

void add_sums1(const Sums& sums, float* gradient) {
  for (int ky = 0; ky < kernel; ++ky)
    for (int k = 0; k < kernel * layer1.in; ++k)
      for (int out = 0; out < layer1.out; ++out) *gradient++ += sums.weight1[ky / 2][k][ky % 2][out];
}

void load_turned(const float* sums, __m512 (&rows)[tile]) {
#pragma GCC unroll 16
  for (int i = 0; i < tile; ++i) rows[i] = _mm512_load_ps(sums + i * tile);
  transpose(rows);
}

void add_sums2(const Sums& sums, float* gradient) {
  for (int kx = 0; kx < kernel; ++kx)
    for (int group = 0; group < groups; ++group) {
      __m512 rows[tile];
      load_turned(sums.weight2[kx][group][0][0], rows);
      for (int i = 0; i < tile; ++i)
        if (const int ky = 2 * group + i / layer2.in; ky < kernel)
          add(gradient + ((ky * kernel + kx) * layer2.in + i % layer2.in) * layer2.out, rows[i]);
    }
}

void add_sums3(const Sums& sums, float* gradient) {
  for (int half = 0; half < 2; ++half)
    for (int tap = 0; tap < taps; ++tap) {
      __m512 rows[tile];
      load_turned(sums.weight3[half][tap][0], rows);
      for (int in = 0; in < tile; ++in) add(gradient + (tap * layer3.in + in) * layer3.out + half * tile, rows[in]);
    }
}

void predict(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t first, std::int64_t last,
             float* workspace) {
  Workspace& w = aligned(workspace);
  begin(weights, w);
  for (std::int64_t i = first; i < last; ++i) predict_one(weights, samples, i, w);
  _tile_release();
}

void learn(const TornadoWeights& weights, const TornadoSamples& samples, std::int64_t first, std::int64_t last,
           float* workspace, const TornadoGradients& gradients) {
  Workspace& w = aligned(workspace);
  begin(weights, w);
  pack<BackSecond>(weights.backward[1], w.back2);
  pack<BackThird>(weights.backward[2], w.back3);
  __builtin_memset(&w.sums, 0, sizeof(w.sums));
  for (std::int64_t i = first; i < last; i += run) {
    const int some = static_cast<int>(last - i < run ? last - i : run);
    if (some < run) {  // clears what earlier samples have left
      __builtin_memset(w.parts.map3, 0, sizeof(w.parts.map3));
      __builtin_memset(w.parts.gradient3, 0, sizeof(w.parts.gradient3));
    }
    for (int k = 0; k < some; ++k) learn_one(weights, samples, i + k, k * slot, w, gradients);
    weigh3(w, some);
  }
  _tile_release();
  add_sums1(w.sums, gradients.weight[0]);
  add_sums2(w.sums, gradients.weight[1]);
  add_sums3(w.sums, gradients.weight[2]);
}

}  // namespace

extern const TornadoKernels tornado_amx_kernels_compiled;
const TornadoKernels tornado_amx_kernels_compiled{(sizeof(Workspace) + alignof(Workspace)) / sizeof(float), predict,
                                                  learn};

}  // namespace stormsweep
