#include "models/kernels/winograd_kernels.hpp"

#include <string.h>  // NOLINT(modernize-deprecated-headers): <cstring> may bring in more

#include "models/kernels/vector_target.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t points = WinogradKernels::points;
constexpr int side = 6;

/// Half a vector, as narrow networks have channels.
using Half = float __attribute__((vector_size(lanes / 2 * sizeof(float)), aligned(sizeof(float)), may_alias));

inline Half load_half(const float* from) {
  return *reinterpret_cast<const Half*>(from);
}

inline void store_half(float* to, const Lanes& values) {
  *reinterpret_cast<Half*>(to) = *reinterpret_cast<const Half*>(&values);
}

inline Lanes joined(const Half& low, const Half& high) {
#ifdef __AVX512F__
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#elif defined(__AVX2__)
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
#else
  return __builtin_shufflevector(low, high, 0, 1, 2, 3);
#endif
}

/// The first `count` numbers. Vectors and halves are moved as such: GCC 12 copies 32 bytes by memcpy in two halves
/// through memory, for which a tile's product waited three quarters of its time, and calls memcpy for unknown counts.
inline Lanes load(const float* from, std::int64_t count) {
  if (count >= lanes) return load(from);
  if (count == lanes / 2) return joined(load_half(from), Half{});
  Lanes result{};
  memcpy(&result, from, static_cast<size_t>(count) * sizeof(float));
  return result;
}

inline void store(float* to, const Lanes& values, std::int64_t count) {
  if (count >= lanes)
    store(to, values);
  else if (count == lanes / 2)
    store_half(to, values);
  else
    memcpy(to, &values, static_cast<size_t>(count) * sizeof(float));
}

std::int64_t rounded(std::int64_t channels) {
  return (channels + lanes - 1) / lanes * lanes;
}

/// Floats from point to point of [36][tile][channel]: never a multiple of 4096 bytes, or all points would share the
/// same lines of the first-level cache.
std::int64_t point_step(std::int64_t tiles, std::int64_t channels) {
  return tiles * channels + WinogradKernels::spare;
}

/// Pixels to points, along one axis.
struct InputLine {
  static constexpr int from = side, to = side;
  static void apply(const Lanes* x, int step, Lanes* y) {
    const Lanes x1 = x[step], x2 = x[2 * step], x3 = x[3 * step], x4 = x[4 * step];
    const Lanes even = x4 - 4 * x2, odd = x3 - 4 * x1, wide_even = x4 - x2, wide_odd = 2 * (x3 - x1);
    y[0] = 4 * x[0] - 5 * x2 + x4;
    y[1] = even + odd;
    y[2] = even - odd;
    y[3] = wide_even + wide_odd;
    y[4] = wide_even - wide_odd;
    y[5] = 4 * x1 - 5 * x3 + x[5 * step];
  }
};

/// Points to `outputs` pixels, along one axis.
template <int outputs>
struct OutputLine {
  static constexpr int from = side, to = outputs;
  static void apply(const Lanes* x, int step, Lanes* y) {
    const Lanes even = x[step] + x[2 * step], odd = x[step] - x[2 * step];
    const Lanes wide_even = x[3 * step] + x[4 * step], wide_odd = x[3 * step] - x[4 * step];
    y[0] = x[0] + even + wide_even;
    y[1] = odd + 2 * wide_odd;
    if constexpr (outputs == 4) {
      y[2] = even + 4 * wide_even;
      y[3] = odd + 8 * wide_odd;
    }
    y[outputs - 1] += x[5 * step];
  }
};

/// The transposed: gradients of pixels to gradients of points.
template <int outputs>
struct SlopeLine {
  static constexpr int from = outputs, to = side;
  static void apply(const Lanes* x, int step, Lanes* y) {
    Lanes even = x[0], odd = x[step], wide_even = x[0], wide_odd = 2 * x[step];
    if constexpr (outputs == 4) {
      even += x[2 * step];
      odd += x[3 * step];
      wide_even += 4 * x[2 * step];
      wide_odd += 8 * x[3 * step];
    }
    y[0] = x[0];
    y[1] = even + odd;
    y[2] = even - odd;
    y[3] = wide_even + wide_odd;
    y[4] = wide_even - wide_odd;
    y[5] = x[(outputs - 1) * step];
  }
};

/// Along both axes: [from][from] to [to][to].
template <class Line>
void transform(const Lanes* in, Lanes* out) {
  Lanes half[Line::from * Line::to];  // [column][row]
  for (int column = 0; column < Line::from; ++column) Line::apply(in + column, Line::from, half + column * Line::to);
  Lanes turned[Line::to];
  for (int row = 0; row < Line::to; ++row) {
    Line::apply(half + row, Line::to, turned);
    for (int column = 0; column < Line::to; ++column) out[row * Line::to + column] = turned[column];
  }
}

/// Pixels [n][height][width] in steps, of a map or of the result.
template <class Float>
struct Pixels {
  Float* base;
  std::int64_t height, width, step, dilation;
  std::int64_t margin;  ///< taps before a tile's place
  bool wrap;            ///< columns
};

/// `pixels` x `pixels` of a tile; null where they are zeros.
template <int pixels, class Float>
void locate(const Pixels<Float>& of, const WinogradTile& tile, Float** result) {
  for (int i = 0; i < pixels; ++i)
    for (int j = 0; j < pixels; ++j) {
      const auto row = tile.row + (i - of.margin) * of.dilation;
      auto column = tile.column + (j - of.margin) * of.dilation;
      if (of.wrap) column = (column % of.width + of.width) % of.width;
      const bool inside = row >= 0 && row < of.height && column >= 0 && column < of.width;
      result[i * pixels + j] =
          inside ? of.base + ((tile.sample * of.height + row) * of.width + column) * of.step : nullptr;
    }
}

Pixels<const float> of_map(const WinogradMap& map, const float* base) {
  return {base, map.height, map.width, map.in_step, map.dilation, map.margin, map.periodic};
}

template <class Float>
Pixels<Float> of_result(const WinogradMap& map, Float* base) {
  return {base, map.out_height, map.out_width, map.out_step, map.dilation, 0, false};
}

/// Rows are too short for the processor to see what comes next: without this it waits two thirds of its time.
template <int pixels>
void prefetch(const float* const* places, std::int64_t first) {
  for (int i = 0; i < pixels * pixels; ++i)
    if (places[i]) __builtin_prefetch(places[i] + first);
}

/// As to_points, of as many channels as fill half a vector: two tiles at once, which lie side by side in the result.
template <class Line>
void pairs_to_points(const Pixels<const float>& of, WinogradTiles tiles, std::int64_t first, float* result) {
  constexpr int pixels = Line::from;
  constexpr std::int64_t channels = lanes / 2;
  const auto count = tiles.count;
  const float* places[2][2][pixels * pixels];
  const auto place = [&](std::int64_t t) {
    auto& pair = places[t / 2 % 2];
    locate<pixels>(of, tiles.first[t], pair[0]);
    locate<pixels>(of, tiles.first[t + 1 < count ? t + 1 : t], pair[1]);
    prefetch<pixels>(pair[0], first), prefetch<pixels>(pair[1], first);
  };
  const auto half = [&](const float* from) { return from ? load_half(from + first) : Half{}; };
  place(0);
  for (std::int64_t t = 0; t < count; t += 2) {
    if (t + 2 < count) place(t + 2);
    const auto& from = places[t / 2 % 2];
    Lanes in[pixels * pixels], out[points];
    for (int i = 0; i < pixels * pixels; ++i) in[i] = joined(half(from[0][i]), half(from[1][i]));
    transform<Line>(in, out);
    for (int p = 0; p < points; ++p)
      store(result + p * point_step(count, channels) + t * channels, out[p], t + 1 < count ? lanes : channels);
  }
}

/// Writes points [36][tile][padded] of channels first ... last - 1; zeros behind them.
template <class Line>
void to_points(const Pixels<const float>& of, WinogradTiles tiles, std::int64_t first, std::int64_t last,
               std::int64_t padded, float* result) {
  if (padded == lanes / 2) return pairs_to_points<Line>(of, tiles, first, result);
  constexpr int pixels = Line::from;
  const auto count = tiles.count;
  const float* places[2][pixels * pixels];
  locate<pixels>(of, tiles.first[0], places[0]);
  for (std::int64_t t = 0; t < count; ++t) {
    const float** from = places[t % 2];
    if (t + 1 < count) {
      locate<pixels>(of, tiles.first[t + 1], places[(t + 1) % 2]);
      prefetch<pixels>(places[(t + 1) % 2], first);
    }
    for (std::int64_t c = first; c < last; c += lanes) {
      Lanes in[pixels * pixels], out[points];
      for (int i = 0; i < pixels * pixels; ++i) in[i] = from[i] ? load(from[i] + c, last - c) : Lanes{};
      transform<Line>(in, out);
      for (int p = 0; p < points; ++p)
        store(result + p * point_step(count, padded) + t * padded + c - first, out[p], padded - (c - first));
    }
  }
}

/// A [rows][depth] with any strides, B [depth][columns], C [rows][columns].
struct Product {
  const float *a, *b;
  float* c;
  std::int64_t rows, depth, columns, a_row, a_step;
  bool add;  ///< to what C holds
};

template <int height, int vectors>
void multiply_tile(const Product& product, std::int64_t row, std::int64_t column) {
  Lanes sums[height][vectors] = {};
  const float* a = product.a + row * product.a_row;
  const float* b = product.b + column;
  for (std::int64_t k = 0; k < product.depth; ++k, a += product.a_step, b += product.columns) {
    Lanes right[vectors];
    for (int v = 0; v < vectors; ++v) right[v] = load(b + v * lanes);
    for (int i = 0; i < height; ++i)
      for (int v = 0; v < vectors; ++v) sums[i][v] += a[i * product.a_row] * right[v];
  }
  for (int i = 0; i < height; ++i)
    for (int v = 0; v < vectors; ++v) {
      float* c = product.c + (row + i) * product.columns + column + v * lanes;
      store(c, product.add ? load(c) + sums[i][v] : sums[i][v]);
    }
}

template <int height, int vectors>
void multiply_rows(const Product& product, std::int64_t row, std::int64_t column) {
  for (; row + height <= product.rows; row += height) multiply_tile<height, vectors>(product, row, column);
  if constexpr (height > 1) multiply_rows<height / 2, vectors>(product, row, column);
}

/// In tiles whose sums fill three quarters of the registers.
void multiply(const Product& product) {
  constexpr int height = registers * 3 / 8;
  std::int64_t column = 0;
  for (; column + 2 * lanes <= product.columns; column += 2 * lanes) multiply_rows<height, 2>(product, 0, column);
  if (column < product.columns) multiply_rows<2 * height, 1>(product, 0, column);
}

template <int outputs>
void write_tiles(const WinogradMap& map, WinogradTiles tiles, const float* products, const float* bias, float* result) {
  const auto padded = rounded(map.out), count = tiles.count;
  for (std::int64_t t = 0; t < count; ++t) {
    float* to[outputs * outputs];
    locate<outputs>(of_result(map, result), tiles.first[t], to);
    for (std::int64_t c = 0; c < map.out; c += lanes) {
      Lanes in[points], out[outputs * outputs];
      for (int p = 0; p < points; ++p) in[p] = load(products + p * point_step(count, padded) + t * padded + c);
      transform<OutputLine<outputs>>(in, out);
      const Lanes start = bias ? load(bias + c, map.out - c) : Lanes{};
      for (int i = 0; i < outputs * outputs; ++i)
        if (to[i]) {
          Lanes sum = out[i] + start;
          if (map.add) sum += load(to[i] + c, map.out - c);
          if (map.negative_slope != 1) sum = sum > 0 ? sum : map.negative_slope * sum;
          store(to[i] + c, sum, map.out - c);
        }
    }
  }
}

void convolve(const WinogradMap& map, WinogradTiles tiles, const float* pixels, const float* weight, const float* bias,
              float* workspace, float* result) {
  const auto padded = rounded(map.out), count = tiles.count;
  float* products = workspace + points * point_step(count, map.in);
  to_points<InputLine>(of_map(map, pixels), tiles, 0, map.in, map.in, workspace);
  for (std::int64_t p = 0; p < points; ++p)
    multiply({.a = workspace + p * point_step(count, map.in),
              .b = weight + p * map.in * padded,
              .c = products + p * point_step(count, padded),
              .rows = count,
              .depth = map.in,
              .columns = padded,
              .a_row = map.in,
              .a_step = 1,
              .add = false});
  if (map.kernel == 3)
    write_tiles<4>(map, tiles, products, bias, result);
  else
    write_tiles<2>(map, tiles, products, bias, result);
}

void weigh(const WinogradMap& map, WinogradTiles tiles, const float* pixels, const float* slope, std::int64_t first,
           std::int64_t last, float* workspace, float* gradient) {
  const auto padded = rounded(map.out), count = tiles.count, part = last - first;
  float* slopes = workspace + points * point_step(count, part);
  to_points<InputLine>(of_map(map, pixels), tiles, first, last, part, workspace);
  if (map.kernel == 3)
    to_points<SlopeLine<4>>(of_result(map, slope), tiles, 0, map.out, padded, slopes);
  else
    to_points<SlopeLine<2>>(of_result(map, slope), tiles, 0, map.out, padded, slopes);
  for (std::int64_t p = 0; p < points; ++p)
    multiply({.a = workspace + p * point_step(count, part),
              .b = slopes + p * point_step(count, padded),
              .c = gradient + (p * map.in + first) * padded,
              .rows = part,
              .depth = count,
              .columns = padded,
              .a_row = 1,
              .a_step = part,
              .add = true});
}

void combine(const float* matrix, std::int64_t rows, std::int64_t terms, const float* from, std::int64_t columns,
             std::int64_t first, std::int64_t last, float* to) {
  for (std::int64_t c = first; c < last; c += lanes)
    for (std::int64_t row = 0; row < rows; ++row) {
      Lanes sum{};
      for (std::int64_t t = 0; t < terms; ++t)
        sum += matrix[row * terms + t] * *reinterpret_cast<const Lanes*>(from + t * columns + c);
      *reinterpret_cast<Lanes*>(to + row * columns + c) = sum;
    }
}

}  // namespace

extern const WinogradKernels FOR_VECTOR_TARGET(winograd_kernels);
const WinogradKernels FOR_VECTOR_TARGET(winograd_kernels){lanes, convolve, weigh, combine};

}  // namespace stormsweep
