#pragma once

// One block of threads learns from one sample after the other, whose activations never leave its shared memory: nothing
// but patches, weights and sums of gradients goes to the GPU's memory. LibTorch's layers write and read each activation
// there, and cuDNN has no kernel that fills a GPU with so few channels.
//
// Apart from the launches, so that tests can run it with a processor's threads.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "models/kernels/tornado_cuda.hpp"

namespace stormsweep {

namespace {

constexpr int threads = 512;
constexpr int kernel = 5, taps = kernel * kernel, halo = kernel / 2;
/// What a thread computes of a convolution: of one channel, two rows of eight points.
constexpr int tile_rows = 2, tile_columns = 8, tile = tile_rows * tile_columns;
constexpr int window = tile_columns + 2 * halo;  ///< points of a row that a row of a tile needs

/// Channels of side x side points with a halo of zeros. Rows begin at multiples of 16 bytes; the four floats after each
/// channel let threads that read different channels use different banks.
template <int Channels, int Side>
struct Planes {
  static constexpr int channels = Channels, side = Side, row = Side + 2 * halo, plane = row * row + 4;
  static constexpr int size = Channels * plane;
  __device__ static int at(int channel, int y, int x) { return channel * plane + (y + halo) * row + x + halo; }
};
using Patch = Planes<3, 32>;
using Pooled1 = Planes<8, 16>;
using Pooled2 = Planes<16, 8>;
using Slopes2 = Planes<16, 16>;  ///< gradients of what the second convolution computes
using Slopes3 = Planes<32, 8>;

/// A convolution's weights [in][tap][out]: threads of different `out` use different banks, and of different `in` too.
template <int In, int Out>
struct Weights {
  static constexpr int in = taps * Out + 1, tap = Out, size = In * in;
};
using Weights1 = Weights<3, 8>;
using Weights2 = Weights<8, 16>;
using Weights3 = Weights<16, 32>;

constexpr int features = 32 * 8 * 8, biases = 8 + 16 + 32;
constexpr int scratch_size = threads * tile;

/// What lies in a block's shared memory.
struct Shared {
  float patch[Patch::size];
  float pooled1[Pooled1::size];
  float pooled2[Pooled2::size];
  float scratch[scratch_size];  ///< parts of a convolution's sums, then the gradients of what a layer computed
  float values[features];       ///< third layer's activations, then gradients of what a pooling computed
  float weights1[Weights1::size], weights2[Weights2::size], weights3[Weights3::size];
  float bias[biases];
  float dense[features + 1];
  float part[threads], whole[32];
  unsigned char positive1[8 * 16 * 16], positive2[16 * 8 * 8];  ///< a bit for each of the 4 points under a pooled one
};
static_assert(Slopes2::size <= scratch_size && Slopes3::size <= scratch_size && 8 * 32 * 32 <= scratch_size);
static_assert(offsetof(Shared, scratch) % 16 == 0 && offsetof(Shared, pooled2) % 16 == 0);

/// How a convolution's output is divided among the threads: by channel, by tile, and, so that each thread has work, by
/// part of the input channels, whose sums are added afterwards.
template <int Channels, int Side>
struct Division {
  static constexpr int across = Side / tile_columns, tiles = Side / tile_rows * across;
  static constexpr int parts = threads / (Channels * tiles);
  int channel, part, y, x;

  __device__ explicit Division(int thread)
      : channel(thread % Channels),
        part(thread / (Channels * tiles)),
        y(thread / Channels % tiles / across * tile_rows),
        x(thread / Channels % across * tile_columns) {}

  /// The sum for a point over all parts.
  __device__ static float total(const float* scratch, int channel, int y, int x) {
    const int point = y % tile_rows * tile_columns + x % tile_columns;
    const int place = y / tile_rows * across + x / tile_columns;
    float sum = 0;
    for (int part = 0; part < parts; ++part)
      sum += scratch[point * threads + (part * tiles + place) * Channels + channel];
    return sum;
  }
};

/// Rounds to bfloat16, ties to even, where the network computes in it: products are then those of bfloat16 numbers, and
/// their sums stay float32.
template <bool Rounded>
__device__ float operand(float value) {
  if (!Rounded || !(value == value)) return value;
  std::uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  bits = (bits + 0x7fffU + (bits >> 16 & 1)) & 0xffff0000U;
  memcpy(&value, &bits, sizeof(bits));
  return value;
}

__device__ void load_window(float (&to)[window], const float* from) {
#pragma unroll
  for (int i = 0; i < window; i += 4) {
    const float4 four = *reinterpret_cast<const float4*>(from + i);
    to[i] = four.x, to[i + 1] = four.y, to[i + 2] = four.z, to[i + 3] = four.w;
  }
}

/// Into `scratch`: a tile's sums over `channels` planes from `in` on, at which the tile's windows begin.
template <class In>
__device__ void convolve(const float* in, int channels, const float* weights, int channel_step, int tap_step,
                         float* scratch, bool in_use) {
  float sum[tile] = {};
  for (int channel = 0; channel < channels; ++channel, in += In::plane, weights += channel_step) {
    float weight[taps];
#pragma unroll
    for (int i = 0; i < taps; ++i) weight[i] = weights[i * tap_step];
#pragma unroll
    for (int row = 0; row < tile_rows + kernel - 1; ++row) {
      float points[window];
      load_window(points, in + row * In::row);
#pragma unroll
      for (int y = 0; y < tile_rows; ++y) {
        const int ky = row - y;
        if (ky < 0 || ky >= kernel) continue;
#pragma unroll
        for (int kx = 0; kx < kernel; ++kx)
#pragma unroll
          for (int x = 0; x < tile_columns; ++x) sum[y * tile_columns + x] += weight[ky * kernel + kx] * points[x + kx];
      }
    }
  }
  if (in_use) __syncthreads();  // `in` lies in `scratch`: all must have read it
#pragma unroll
  for (int i = 0; i < tile; ++i) scratch[i * threads + threadIdx.x] = sum[i];
  __syncthreads();
}

/// The layer itself: [In][side][side] to [Out][side][side].
template <class In, class W, int Out>
__device__ void forward(const float* in, const float* weights, float* scratch) {
  using Parts = Division<Out, In::side>;
  const Parts mine(threadIdx.x);
  constexpr int channels = In::channels / Parts::parts;
  const int first = mine.part * channels;
  convolve<In>(in + first * In::plane + mine.y * In::row + mine.x, channels, weights + first * W::in + mine.channel,
               W::in, W::tap, scratch, false);
}

/// Its backward pass, from the gradients of its output to those of its input: the kernel turned by 180 degrees.
template <class Slopes, class W, int To>
__device__ void backward(const float* weights, float* scratch) {
  using Parts = Division<To, Slopes::side>;
  const Parts mine(threadIdx.x);
  constexpr int channels = Slopes::channels / Parts::parts;
  const int first = mine.part * channels;
  convolve<Slopes>(scratch + first * Slopes::plane + mine.y * Slopes::row + mine.x, channels,
                   weights + mine.channel * W::in + first + (taps - 1) * W::tap, 1, -W::tap, scratch, true);
}

/// ReLU, dropout and average pooling by 2 of the sums in scratch.
template <class Out, class Parts, bool Rounded>
__device__ void activate(const float* scratch, const float* bias, const float* dropout, float* pooled,
                         unsigned char* positive) {
  for (int i = threadIdx.x; i < Out::channels * Out::side * Out::side; i += threads) {
    const int channel = i % Out::channels, y = i / Out::channels / Out::side, x = i / Out::channels % Out::side;
    float sum = 0;
    int bits = 0;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const float value = Parts::total(scratch, channel, 2 * y + k / 2, 2 * x + k % 2) + bias[channel];
      if (!(value <= 0)) sum += value, bits |= 1 << k;  // NaN stays NaN
    }
    pooled[Out::at(channel, y, x)] = operand<Rounded>(0.25f * sum * (dropout ? dropout[channel] : 1));
    positive[i] = static_cast<unsigned char>(bits);
  }
}

/// A point's gradient, from that of the pooled point which is its mean with others: `values` [channels][side][side].
template <class Pooled>
__device__ float unpooled(const float* values, const unsigned char* positive, const float* dropout, int channel, int y,
                          int x) {
  constexpr int side = Pooled::side;
  const int point = y / 2 * side + x / 2;
  if (!(positive[point * Pooled::channels + channel] >> (y % 2 * 2 + x % 2) & 1)) return 0;
  return 0.25f * values[channel * side * side + point] * (dropout ? dropout[channel] : 1);
}

/// Adds `value`, or begins with it.
__device__ void add(float& to, float value, bool begin) {
  to = begin ? value : to + value;
}

/// Into a block's sums: gradients of the weights between one input and one output channel, and of the bias, from groups
/// of 8 x 8 points, a thread each, neighbours in a warp. `slopes`: at the group's first point, `slopes_row` apart;
/// `in`: where its window begins.
template <class In, int Groups>
__device__ void gradients(const float* slopes, int slopes_row, const float* in, float* weight, int pairs, float* bias,
                          bool begin) {
  float sum[taps] = {}, all = 0, rows[kernel][8];
#pragma unroll
  for (int row = 0; row < window; ++row) {
    if (row < 8) {
#pragma unroll
      for (int x = 0; x < 8; x += 2) {
        const float2 two = *reinterpret_cast<const float2*>(slopes + row * slopes_row + x);
        rows[row % kernel][x] = two.x, rows[row % kernel][x + 1] = two.y;
        all += two.x + two.y;
      }
    }
    float points[window];
    load_window(points, in + row * In::row);
#pragma unroll
    for (int ky = 0; ky < kernel; ++ky) {
      const int y = row - ky;
      if (y < 0 || y >= 8) continue;
#pragma unroll
      for (int kx = 0; kx < kernel; ++kx)
#pragma unroll
        for (int x = 0; x < 8; ++x) sum[ky * kernel + kx] += rows[y % kernel][x] * points[x + kx];
    }
  }
#pragma unroll
  for (int step = 1; step < Groups; step *= 2) {
#pragma unroll
    for (int i = 0; i < taps; ++i) sum[i] += __shfl_xor_sync(~0u, sum[i], step);
    all += __shfl_xor_sync(~0u, all, step);
  }
  if (threadIdx.x % Groups != 0) return;
#pragma unroll
  for (int i = 0; i < taps; ++i) add(weight[i * pairs], sum[i], begin);
  if (bias) add(*bias, all, begin);
}

/// The same of a layer: thread = group + groups * (out + outputs * in).
template <class In, int Out>
__device__ void layer_gradients(const float* slopes, int plane, int row, const float* in, float* weight, float* bias,
                                bool begin) {
  constexpr int across = In::side / 8, groups = across * across, pairs = In::channels * Out;
  const int thread = threadIdx.x, pair = thread / groups, out = pair % Out, channel = pair / Out;
  if (pair >= pairs) return;
  const int y = thread % groups / across * 8, x = thread % across * 8;
  gradients<In, groups>(slopes + out * plane + y * row + x, row, in + channel * In::plane + y * In::row + x,
                        weight + pair, pairs, channel == 0 ? bias + out : nullptr, begin);
}

/// A block's sums, in this order: weights of each layer [tap][in][out], biases, dense weights and bias.
struct Sums {
  static constexpr int weight1 = 0, weight2 = weight1 + taps * 3 * 8, weight3 = weight2 + taps * 8 * 16;
  static constexpr int bias = weight3 + taps * 16 * 32, dense = bias + biases;
};

template <int In, int Out, class W, bool Rounded>
__device__ void load_weights(float* to, const float* from) {
  for (int i = threadIdx.x; i < Out * In * taps; i += threads)
    to[i / taps % In * W::in + i % taps * W::tap + i / (taps * In)] = operand<Rounded>(from[i]);
}

__device__ void copy(float* to, const float* from, int count) {
  for (int i = threadIdx.x; i < count; i += threads) to[i] = from[i];
}

/// Sum of a value over the threads, the same in each of them.
__device__ float sum_of_block(Shared& shared, float value) {
  shared.part[threadIdx.x] = value;
  __syncthreads();
  if (threadIdx.x < 32) {
    float sum = 0;
    for (int i = threadIdx.x; i < threads; i += 32) sum += shared.part[i];
    shared.whole[threadIdx.x] = sum;
  }
  __syncthreads();
  float sum = 0;
  for (int i = 0; i < 32; ++i) sum += shared.whole[i];
  return sum;
}

__device__ const float* dropout_of(const TornadoSamples& samples, int layer, std::int64_t sample, int channels) {
  return samples.dropout[layer] ? samples.dropout[layer] + sample * channels : nullptr;
}

/// A third-layer point's place among the dense unit's inputs.
__device__ int feature(bool pool_last, int channel, int y, int x) {
  return pool_last ? (channel * 4 + y / 2) * 4 + x / 2 : (channel * 8 + y) * 8 + x;
}

template <bool Rounded>
__device__ void load_patch(Shared& shared, const float* patch) {
  for (int i = threadIdx.x; i < 32 * 32 * 3; i += threads)
    shared.patch[Patch::at(i % 3, i / 3 / 32, i / 3 % 32)] = operand<Rounded>(patch[i]);
  __syncthreads();
}

/// The logit; leaves the third layer's activations in `values`.
template <bool Rounded>
__device__ float classify(Shared& shared, const TornadoSamples& samples, std::int64_t sample) {
  load_patch<Rounded>(shared, samples.patches + sample * 32 * 32 * 3);
  forward<Patch, Weights1, 8>(shared.patch, shared.weights1, shared.scratch);
  activate<Pooled1, Division<8, 32>, Rounded>(shared.scratch, shared.bias, dropout_of(samples, 0, sample, 8),
                                              shared.pooled1, shared.positive1);
  __syncthreads();
  forward<Pooled1, Weights2, 16>(shared.pooled1, shared.weights2, shared.scratch);
  activate<Pooled2, Division<16, 16>, Rounded>(shared.scratch, shared.bias + 8, dropout_of(samples, 1, sample, 16),
                                               shared.pooled2, shared.positive2);
  __syncthreads();
  forward<Pooled2, Weights3, 32>(shared.pooled2, shared.weights3, shared.scratch);
  const float* dropout = dropout_of(samples, 2, sample, 32);
  float part = 0;
  for (int i = threadIdx.x; i < features; i += threads) {
    const int channel = i % 32, y = i / 32 / 8, x = i / 32 % 8;
    const float sum = Division<32, 8>::total(shared.scratch, channel, y, x) + shared.bias[24 + channel];
    const float value = sum <= 0 ? 0 : sum * (dropout ? dropout[channel] : 1);
    shared.values[(channel * 8 + y) * 8 + x] = value;
    part += value * shared.dense[feature(samples.pool_last, channel, y, x)];
  }
  return sum_of_block(shared, part) * (samples.pool_last ? 0.25f : 1) + shared.dense[features];
}

/// Writes a sample's loss, weighted binary cross-entropy with a logit as PyTorch's; returns the logit's gradient.
__device__ float loss_and_slope(const TornadoSamples& samples, std::int64_t sample, float logit) {
  const float target = samples.targets[sample], weight = 1 + (samples.positive_weight - 1) * target;
  if (threadIdx.x == 0)
    samples.losses[sample] = (1 - target) * logit + weight * (log1pf(expf(-fabsf(logit))) + fmaxf(-logit, 0));
  return 1 - target - weight / (1 + expf(logit));
}

/// Gradients of what the third convolution computed, and of the dense unit's parameters.
template <bool Rounded>
__device__ void backward_dense(Shared& shared, const TornadoSamples& samples, std::int64_t sample, float slope,
                               float* sums, bool begin) {
  const bool pool_last = samples.pool_last;
  const float* dropout = dropout_of(samples, 2, sample, 32);
  const float share = pool_last ? 0.25f * slope : slope;
  for (int i = threadIdx.x; i < Slopes3::size; i += threads) {
    const int channel = i / Slopes3::plane, point = i % Slopes3::plane;
    const int y = point / Slopes3::row - halo, x = point % Slopes3::row - halo;
    const bool inside = y >= 0 && y < 8 && x >= 0 && x < 8;
    const bool positive = inside && !(shared.values[(channel * 8 + y) * 8 + x] <= 0);
    shared.scratch[i] = positive ? operand<Rounded>(share * shared.dense[feature(pool_last, channel, y, x)] *
                                                    (dropout ? dropout[channel] : 1))
                                 : 0;
  }
  const int used = pool_last ? features / 4 : features;
  for (int i = threadIdx.x; i < used; i += threads) {
    float value = shared.values[i];
    if (pool_last) {
      const float* first = shared.values + (i / 16 * 8 + i % 16 / 4 * 2) * 8 + i % 4 * 2;
      value = first[0] + first[1] + first[8] + first[9];
    }
    add(sums[Sums::dense + i], share * value, begin);
  }
  if (threadIdx.x == 0) add(sums[Sums::dense + used], slope, begin);
  __syncthreads();
}

/// From the sums in scratch, gradients of a pooled layer's points, to `values` [channels][side][side].
template <class Pooled>
__device__ void collect(Shared& shared) {
  constexpr int side = Pooled::side;
  for (int i = threadIdx.x; i < Pooled::channels * side * side; i += threads) {
    const int channel = i % Pooled::channels, y = i / Pooled::channels / side, x = i / Pooled::channels % side;
    shared.values[(channel * side + y) * side + x] =
        Division<Pooled::channels, side>::total(shared.scratch, channel, y, x);
  }
  __syncthreads();
}

template <bool Rounded>
__device__ void backward_layers(Shared& shared, const TornadoSamples& samples, std::int64_t sample, float* sums,
                                bool begin) {
  float* const slopes = shared.scratch;
  layer_gradients<Pooled2, 32>(slopes + Slopes3::at(0, 0, 0), Slopes3::plane, Slopes3::row, shared.pooled2,
                               sums + Sums::weight3, sums + Sums::bias + 24, begin);
  backward<Slopes3, Weights3, 16>(shared.weights3, shared.scratch);
  collect<Pooled2>(shared);

  const float* dropout = dropout_of(samples, 1, sample, 16);
  for (int i = threadIdx.x; i < Slopes2::size; i += threads) {
    const int channel = i / Slopes2::plane, point = i % Slopes2::plane;
    const int y = point / Slopes2::row - halo, x = point % Slopes2::row - halo;
    const bool inside = y >= 0 && y < 16 && x >= 0 && x < 16;
    slopes[i] =
        inside ? operand<Rounded>(unpooled<Pooled2>(shared.values, shared.positive2, dropout, channel, y, x)) : 0;
  }
  __syncthreads();
  layer_gradients<Pooled1, 16>(slopes + Slopes2::at(0, 0, 0), Slopes2::plane, Slopes2::row, shared.pooled1,
                               sums + Sums::weight2, sums + Sums::bias + 8, begin);
  backward<Slopes2, Weights2, 8>(shared.weights2, shared.scratch);
  collect<Pooled1>(shared);

  dropout = dropout_of(samples, 0, sample, 8);
  for (int i = threadIdx.x; i < 8 * 32 * 32; i += threads)
    slopes[i] =
        operand<Rounded>(unpooled<Pooled1>(shared.values, shared.positive1, dropout, i / 1024, i / 32 % 32, i % 32));
  __syncthreads();
  layer_gradients<Patch, 8>(slopes, 32 * 32, 32, shared.patch, sums + Sums::weight1, sums + Sums::bias, begin);
  __syncthreads();
}

template <bool Rounded>
__device__ void prepare(Shared& shared, const TornadoCudaWeights& weights, bool pool_last) {
  auto* const maps = reinterpret_cast<float*>(&shared);  // the patch and what is pooled, for their halos
  for (int i = threadIdx.x; i < static_cast<int>(offsetof(Shared, scratch) / sizeof(float)); i += threads) maps[i] = 0;
  load_weights<3, 8, Weights1, Rounded>(shared.weights1, weights.weight[0]);
  load_weights<8, 16, Weights2, Rounded>(shared.weights2, weights.weight[1]);
  load_weights<16, 32, Weights3, Rounded>(shared.weights3, weights.weight[2]);
  copy(shared.bias, weights.bias[0], 8);
  copy(shared.bias + 8, weights.bias[1], 16);
  copy(shared.bias + 24, weights.bias[2], 32);
  copy(shared.dense, weights.dense, pool_last ? features / 4 : features);
  if (threadIdx.x == 0) shared.dense[features] = *weights.dense_bias;
  __syncthreads();
}

extern __shared__ float4 shared_memory[];

/// `sums` null: logits only. `Rounded`: operands of convolutions are rounded to bfloat16.
template <bool Rounded>
__global__ void __launch_bounds__(threads, 1)
    run(TornadoCudaWeights weights, TornadoSamples samples, std::int64_t count, float* sums) {
  Shared& shared = *reinterpret_cast<Shared*>(shared_memory);
  prepare<Rounded>(shared, weights, samples.pool_last);
  float* const mine = sums ? sums + blockIdx.x * static_cast<std::int64_t>(tornado_cuda_sums) : nullptr;
  for (std::int64_t sample = blockIdx.x; sample < count; sample += gridDim.x) {
    const float logit = classify<Rounded>(shared, samples, sample);
    if (threadIdx.x == 0) samples.logits[sample] = logit;
    if (!sums) continue;
    const bool begin = sample == blockIdx.x;
    backward_dense<Rounded>(shared, samples, sample, loss_and_slope(samples, sample, logit), mine, begin);
    backward_layers<Rounded>(shared, samples, sample, mine, begin);
  }
}

/// Where a sum belongs among the gradients, which lie as the network's parameters do, [out][in][tap] and so on.
__device__ int parameter_of(int sum) {
  const int ins[] = {3, 8, 16}, outs[] = {8, 16, 32};
  int first = 0, bias = Sums::bias, to = 0;
  for (int layer = 0; layer < 3; ++layer) {
    const int in = ins[layer], out = outs[layer], count = taps * in * out;
    if (sum >= first && sum < first + count) {
      const int tap = (sum - first) / (in * out), pair = (sum - first) % (in * out);
      return to + (pair % out * in + pair / out) * taps + tap;
    }
    if (sum >= bias && sum < bias + out) return to + count + sum - bias;
    first += count, bias += out, to += count + out;
  }
  return sum;  // the dense unit
}

/// The blocks' sums, added in their order.
__global__ void add_blocks(const float* sums, int blocks, int parameters, float scale, float* gradients) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= parameters) return;
  float sum = 0;
  for (int block = 0; block < blocks; ++block) sum += sums[block * static_cast<std::int64_t>(tornado_cuda_sums) + i];
  gradients[parameter_of(i)] = scale * sum;
}

}  // namespace

static_assert(Sums::dense + features + 1 == tornado_cuda_sums);

}  // namespace stormsweep
