#include "models/kernels/direct_kernels.hpp"
#include "models/kernels/vector_target.hpp"

namespace stormsweep {

namespace {

/// A tile of `block` output channels and `most_vectors` vectors of pixels has its sums in the registers, with room for
/// the vectors of a tap and a weight.
constexpr int block = registers / 4, most_vectors = 3;

inline Planes moved(const Planes& planes, std::int64_t channel, std::int64_t y, std::int64_t x) {
  return {planes.first + channel * planes.plane + y * planes.row + x, planes.plane, planes.row};
}

/// 0 in the first `zeros` lanes, 1 in the others.
inline Lanes behind(std::int64_t zeros) {
  Lanes result;
  for (int i = 0; i < lanes; ++i) result[i] = i < zeros ? 0.0F : 1.0F;
  return result;
}

/// A part of a result. The first `done` pixels of it were written by the tile before.
struct Tile {
  DirectStart start;
  Planes result;
  float negative_slope;
  std::int64_t done;
};

inline Lanes first_sum(const Tile& tile, int channel, int vector) {
  if (!tile.start.bias) return Lanes{};
  const auto& map = tile.start.map;
  const Lanes bias = Lanes{} + tile.start.bias[channel];
  return map.first ? bias + load(map.first + channel * map.plane + vector * lanes) : bias;
}

inline void finish(const Tile& tile, const Lanes& sum, int channel, int vector) {
  float* to = tile.result.first + channel * tile.result.plane + vector * lanes;
  if (tile.start.bias)
    store(to, sum > 0 ? sum : sum * tile.negative_slope);
  else
    store(to, load(to) + (vector == 0 && tile.done > 0 ? sum * behind(tile.done) : sum));
}

template <int outs, int vectors, int kernel>
[[gnu::noinline]] void convolve_tile(std::int64_t in, const Planes& map, const float* weights, const Tile& tile) {
  Lanes sums[outs][vectors];
#pragma GCC unroll 8
  for (int o = 0; o < outs; ++o)
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) sums[o][v] = first_sum(tile, o, v);
  for (std::int64_t c = 0; c < in; ++c)
    for (int ky = 0; ky < kernel; ++ky) {
      const float* from = map.first + c * map.plane + ky * map.row;
#pragma GCC unroll 1
      for (int kx = 0; kx < kernel; ++kx, weights += outs) {
        Lanes pixels[vectors];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) pixels[v] = load(from + kx + v * lanes);
#pragma GCC unroll 8
        for (int o = 0; o < outs; ++o)
#pragma GCC unroll 8
          for (int v = 0; v < vectors; ++v) sums[o][v] += weights[o] * pixels[v];
      }
    }
#pragma GCC unroll 8
  for (int o = 0; o < outs; ++o)
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) finish(tile, sums[o][v], o, v);
}

inline Tile moved(const Tile& tile, std::int64_t channel, std::int64_t y, std::int64_t x) {
  auto start = tile.start;
  if (start.bias) start.bias += channel;
  if (start.map.first) start.map = moved(start.map, channel, y, x);
  return {start, moved(tile.result, channel, y, x), tile.negative_slope, 0};
}

/// One row of the result. The last tile overlaps the one before it where the width is no multiple of the lanes.
template <int outs, int kernel>
void convolve_row(const DirectSizes& sizes, const Planes& map, const float* weights, const Tile& row) {
  for (std::int64_t x = 0; x < sizes.width;) {
    const std::int64_t left = sizes.width - x, wanted = (left + lanes - 1) / lanes, possible = sizes.width / lanes;
    const std::int64_t fitting = wanted < possible ? wanted : possible;
    const auto vectors = fitting < most_vectors ? fitting : most_vectors;
    const std::int64_t done = left < vectors * lanes ? vectors * lanes - left : 0;
    x -= done;
    const auto from = moved(map, 0, 0, x);
    auto tile = moved(row, 0, 0, x);
    tile.done = done;
    if (vectors == 3)
      convolve_tile<outs, 3, kernel>(sizes.in, from, weights, tile);
    else if (vectors == 2)
      convolve_tile<outs, 2, kernel>(sizes.in, from, weights, tile);
    else
      convolve_tile<outs, 1, kernel>(sizes.in, from, weights, tile);
    x += vectors * lanes;
  }
}

/// Output channels from `first` on, in blocks of `outs`, then of half as many.
template <int outs, int kernel>
void convolve_channels(const DirectSizes& sizes, std::int64_t first, const Planes& map, const float* weights,
                       const Tile& all) {
  for (; first + outs <= sizes.out; first += outs) {
    for (std::int64_t y = 0; y < sizes.height; ++y)
      convolve_row<outs, kernel>(sizes, moved(map, 0, y, 0), weights + first * sizes.in * kernel * kernel,
                                 moved(all, first, y, 0));
  }
  if constexpr (outs > 1) convolve_channels<outs / 2, kernel>(sizes, first, map, weights, all);
}

void convolve(const DirectSizes& sizes, Planes map, const float* weights, const DirectStart& start,
              float negative_slope, Planes result) {
  const auto with = sizes.kernel == 2   ? convolve_channels<block, 2>
                    : sizes.kernel == 3 ? convolve_channels<block, 3>
                    : sizes.kernel == 4 ? convolve_channels<block, 4>
                    : sizes.kernel == 5 ? convolve_channels<block, 5>
                                        : convolve_channels<block, 7>;
  with(sizes, 0, map, weights, {start, result, negative_slope, 0});
}

/// Adds to sums[o][kx] the products of `outs` channels of `slope` with a channel of `map` moved by kx, for all pixels.
template <int outs, int kernel>
[[gnu::noinline]] void correlate(std::int64_t height, std::int64_t width, const Planes& map, const Planes& slope,
                                 Lanes* sums) {
  Lanes held[outs][kernel];
#pragma GCC unroll 8
  for (int o = 0; o < outs; ++o)
#pragma GCC unroll 8
    for (int k = 0; k < kernel; ++k) held[o][k] = sums[o * kernel + k];
  const auto rest = width % lanes;
  const auto new_ones = behind(lanes - rest);
  for (std::int64_t y = 0; y < height; ++y) {
    const auto add = [&](std::int64_t x, const Lanes& kept) __attribute__((always_inline)) {
      Lanes pixels[kernel];
#pragma GCC unroll 8
      for (int k = 0; k < kernel; ++k) pixels[k] = load(map.first + y * map.row + x + k) * kept;
#pragma GCC unroll 8
      for (int o = 0; o < outs; ++o) {
        const Lanes from = load(slope.first + o * slope.plane + y * slope.row + x);
#pragma GCC unroll 8
        for (int k = 0; k < kernel; ++k) held[o][k] += from * pixels[k];
      }
    };
    std::int64_t x = 0;
    for (; x + lanes <= width; x += lanes) add(x, Lanes{} + 1);
    if (rest > 0) add(width - lanes, new_ones);
  }
#pragma GCC unroll 8
  for (int o = 0; o < outs; ++o)
#pragma GCC unroll 8
    for (int k = 0; k < kernel; ++k) sums[o * kernel + k] = held[o][k];
}

/// Rows at once: few enough that what is read of them stays in the first-level cache.
constexpr std::int64_t rows_at_once = 4;

template <int outs, int kernel>
void weigh_channels(const DirectSizes& sizes, std::int64_t first, const Planes& map, const Planes& slope, Lanes* sums,
                    float* gradient) {
  const auto taps = sizes.in * kernel * kernel;
  for (; first + outs <= sizes.out; first += outs) {
    for (std::int64_t i = 0; i < outs * taps; ++i) sums[i] = Lanes{};
    for (std::int64_t y = 0; y < sizes.height; y += rows_at_once)
      for (std::int64_t c = 0; c < sizes.in; ++c)
        for (int ky = 0; ky < kernel; ++ky)
          correlate<outs, kernel>(sizes.height - y < rows_at_once ? sizes.height - y : rows_at_once, sizes.width,
                                  moved(map, c, y + ky, 0), moved(slope, first, y, 0),
                                  sums + (c * kernel + ky) * outs * kernel);
    for (std::int64_t row = 0; row < sizes.in * kernel; ++row)
      for (int o = 0; o < outs; ++o)
        for (int k = 0; k < kernel; ++k)
          for (int lane = 0; lane < lanes; ++lane)
            gradient[(first + o) * taps + row * kernel + k] += sums[(row * outs + o) * kernel + k][lane];
  }
  if constexpr (outs > 1) weigh_channels<outs / 2, kernel>(sizes, first, map, slope, sums, gradient);
}

void weigh(const DirectSizes& sizes, Planes map, Planes slope, float* workspace, float* gradient) {
  // Sums for a wider kernel would not stay in the registers.
  const auto with = sizes.kernel == 2   ? weigh_channels<block, 2>
                    : sizes.kernel == 3 ? weigh_channels<block, 3>
                    : sizes.kernel == 4 ? weigh_channels<block / 2, 4>
                    : sizes.kernel == 5 ? weigh_channels<block / 2, 5>
                                        : weigh_channels<block / 2, 7>;
  with(sizes, 0, map, slope, reinterpret_cast<Lanes*>(workspace), gradient);
}

std::int64_t workspace(const DirectSizes& sizes) {
  return block * sizes.in * sizes.kernel * sizes.kernel * lanes;
}

float unactivate(const float* slope, const float* activated, float negative_slope, std::int64_t width, float* to) {
  Lanes sums{};
  const auto add = [&](std::int64_t x) {
    const Lanes from = load(slope + x), kept = load(activated + x) > 0 ? from : from * negative_slope;
    store(to + x, kept);
    return kept;
  };
  std::int64_t x = 0;
  for (; x + lanes <= width; x += lanes) sums += add(x);
  if (x < width) sums += add(width - lanes) * behind(lanes - (width - x));
  float sum = 0;
  for (int lane = 0; lane < lanes; ++lane) sum += sums[lane];
  return sum;
}

}  // namespace

extern const DirectKernels FOR_VECTOR_TARGET(direct_kernels);
const DirectKernels FOR_VECTOR_TARGET(direct_kernels){block, convolve, weigh, workspace, unactivate};

}  // namespace stormsweep
