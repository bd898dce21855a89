#include "models/kernels/norm_kernels.hpp"

#include "models/kernels/vector_target.hpp"

namespace stormsweep {

namespace {

constexpr int vectors = 4;  // of columns at once, whose sums are independent
constexpr std::int64_t step = vectors * lanes;

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
void sums(const NormRows& rows, const Number* map, float* sums) {
  for (std::int64_t column = 0; column < rows.columns; column += step) {
    Sums sum;
    visit_rows(rows, column, [&](int v, std::int64_t, std::int64_t at) { sum.of[v] += load(map + at); });
    sum.write(sums + column);
  }
}

template <class Number>
void products(const NormRows& rows, const Number* map, const Number* slope, float* sums) {
  for (std::int64_t column = 0; column < rows.columns; column += step) {
    Sums sum;
    visit_rows(rows, column,
               [&](int v, std::int64_t, std::int64_t at) { sum.of[v] += load(map + at) * load(slope + at); });
    sum.write(sums + column);
  }
}

template <class Number>
void scale(const NormRows& rows, const Number* map, const NormLine& line, Number* result) {
  for (std::int64_t column = 0; column < rows.columns; column += step)
    visit_rows(rows, column,
               [&](int, std::int64_t here, std::int64_t at) { store(result + at, line_at(line, here, map + at)); });
}

template <class Number>
constexpr NormKernelsOf<Number> kernels_of{moments<Number>, activate<Number>, weigh<Number>, turn_back<Number>,
                                           sums<Number>,    products<Number>, scale<Number>};

}  // namespace

extern const NormKernels FOR_VECTOR_TARGET(norm_kernels);
const NormKernels FOR_VECTOR_TARGET(norm_kernels){step, kernels_of<float>, kernels_of<std::uint16_t>};

}  // namespace stormsweep
