#include "models/kernels/norm_kernels.hpp"

#include "models/kernels/vector_target.hpp"

namespace stormsweep {

namespace {

constexpr int vectors = 4;  // of columns at once, whose sums are independent
constexpr std::int64_t step = vectors * lanes;

using Whole = std::uint32_t __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
using Halves = std::uint16_t __attribute__((vector_size(lanes * sizeof(std::uint16_t)), aligned(2), may_alias));

inline Lanes load(const float* from) {
  return *reinterpret_cast<const Lanes*>(from);
}
inline void store(float* to, const Lanes& numbers) {
  *reinterpret_cast<Lanes*>(to) = numbers;
}
inline Lanes load(const std::uint16_t* from) {
  return (Lanes)(__builtin_convertvector(*reinterpret_cast<const Halves*>(from), Whole) << 16);
}
/// Rounds to nearest, ties to even; NaN stays NaN.
inline void store(std::uint16_t* to, const Lanes& numbers) {
  const Whole bits = (Whole)numbers;
  const Whole nearest = bits + (0x7FFF + (bits >> 16 & 1)), quiet = bits | 0x400000;
  *reinterpret_cast<Halves*>(to) = __builtin_convertvector((numbers == numbers ? nearest : quiet) >> 16, Halves);
}

struct Sums {
  Lanes of[vectors] = {};
  void write(float* to) const {
    for (int v = 0; v < vectors; ++v) store(to + v * lanes, of[v]);
  }
};

/// Calls visit(vector, column, where its numbers lie) of all rows of some columns.
template <class Visit>
inline void visit_rows(const NormRows& rows, std::int64_t column, const Visit& visit) {
  for (std::int64_t row = 0; row < rows.count; ++row)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) visit(v, column + v * lanes, row * rows.columns + column + v * lanes);
}

template <class Number>
void moments(const NormRows& rows, const Number* map, float* sums, float* squares) {
  for (std::int64_t column = 0; column < rows.columns; column += step) {
    Sums sum, square, mean;
    visit_rows(rows, column, [&](int v, std::int64_t, std::int64_t at) { sum.of[v] += load(map + at); });
    for (int v = 0; v < vectors; ++v) mean.of[v] = sum.of[v] / static_cast<float>(rows.count);
    visit_rows(rows, column, [&](int v, std::int64_t, std::int64_t at) {
      const Lanes distance = load(map + at) - mean.of[v];
      square.of[v] += distance * distance;
    });
    sum.write(sums + column);
    square.write(squares + column);
  }
}

/// Before ReLU.
template <class Number>
inline Lanes line_at(const NormLine& line, std::int64_t column, const Number* number) {
  return load(number) * load(line.scale + column) + load(line.shift + column);
}

/// Zero where ReLU has given zero.
template <class Number>
inline Lanes passed(const NormLine& line, std::int64_t column, const Number* number, const Number* slope) {
  return line_at(line, column, number) <= 0 ? Lanes{} : load(slope);
}

template <class Number>
void activate(const NormRows& rows, const Number* map, const NormLine& line, Number* result) {
  for (std::int64_t column = 0; column < rows.columns; column += step)
    visit_rows(rows, column, [&](int, std::int64_t here, std::int64_t at) {
      const Lanes value = line_at(line, here, map + at);
      store(result + at, value <= 0 ? Lanes{} : value);
    });
}

template <class Number>
void weigh(const NormRows& rows, const Number* map, const Number* slope, const NormLine& line, const float* mean,
           float* sums, float* products) {
  for (std::int64_t column = 0; column < rows.columns; column += step) {
    Sums sum, product;
    visit_rows(rows, column, [&](int v, std::int64_t here, std::int64_t at) {
      const Lanes through = passed(line, here, map + at, slope + at);
      sum.of[v] += through;
      product.of[v] += through * (load(map + at) - load(mean + here));
    });
    sum.write(sums + column);
    product.write(products + column);
  }
}

template <class Number>
void turn_back(const NormRows& rows, const Number* map, const Number* slope, const NormSlopeLine& of,
               Number* gradient) {
  for (std::int64_t column = 0; column < rows.columns; column += step)
    visit_rows(rows, column, [&](int, std::int64_t here, std::int64_t at) {
      const Lanes through = passed(of.line, here, map + at, slope + at),
                  distance = load(map + at) - load(of.mean + here);
      store(gradient + at,
            load(of.line.scale + here) * through + (load(of.tilt + here) * distance + load(of.level + here)));
    });
}

template <class Number>
constexpr NormKernelsOf<Number> kernels_of{moments<Number>, activate<Number>, weigh<Number>, turn_back<Number>};

}  // namespace

extern const NormKernels FOR_VECTOR_TARGET(norm_kernels);
const NormKernels FOR_VECTOR_TARGET(norm_kernels){step, kernels_of<float>, kernels_of<std::uint16_t>};

}  // namespace stormsweep
