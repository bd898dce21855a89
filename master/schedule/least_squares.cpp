#include "master/schedule/least_squares.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace stormsweep {

namespace {

/// A symmetric positive definite matrix; its lower triangle, turned into the Cholesky factor L in place (A = L L^T).
class Cholesky {
 public:
  explicit Cholesky(std::size_t size) : size_(size), cells_(size * size) {}

  double& at(std::size_t row, std::size_t column) { return cells_[row * size_ + column]; }

  void factorise() {
    for (std::size_t j = 0; j < size_; ++j) {
      for (std::size_t i = j; i < size_; ++i) {
        double sum = at(i, j);
        for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
        // Rounding may leave nothing of a column that others make up: it is given next to no say.
        at(i, j) = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / at(j, j);
      }
    }
  }
  /// L^-1 v.
  std::vector<double> forwards(std::vector<double> v) {
    for (std::size_t i = 0; i < size_; ++i) {
      for (std::size_t k = 0; k < i; ++k) v[i] -= at(i, k) * v[k];
      v[i] /= at(i, i);
    }
    return v;
  }
  /// L^-T v.
  std::vector<double> backwards(std::vector<double> v) {
    for (std::size_t i = size_; i-- > 0;) {
      for (std::size_t k = i + 1; k < size_; ++k) v[i] -= at(k, i) * v[k];
      v[i] /= at(i, i);
    }
    return v;
  }
  /// Diagonal cell `j` of the inverse.
  double inverse(std::size_t j) {
    std::vector<double> unit(size_);
    unit[j] = 1;
    double sum = 0;
    for (const double x : forwards(std::move(unit))) sum += x * x;
    return sum;
  }

 private:
  std::size_t size_;
  std::vector<double> cells_;
};

}  // namespace

LinearFit ridge_least_squares(std::span<const double> rows, std::span<const double> targets,
                              std::span<const double> weights, double ridge) {
  assert(!targets.empty() && rows.size() % targets.size() == 0 && weights.size() == targets.size());
  const std::size_t columns = rows.size() / targets.size();
  const auto row = [&](std::size_t i) { return rows.subspan(i * columns, columns); };
  Cholesky matrix(columns);
  std::vector<double> right(columns);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const double weighted = weights[i] * row(i)[j];
      right[j] += weighted * targets[i];
      for (std::size_t k = 0; k <= j; ++k) matrix.at(j, k) += weighted * row(i)[k];
    }
  }
  for (std::size_t j = 1; j < columns; ++j) matrix.at(j, j) += ridge;
  matrix.factorise();
  LinearFit fit{matrix.backwards(matrix.forwards(std::move(right))), {}};

  double residual = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    double difference = targets[i];
    for (std::size_t j = 0; j < columns; ++j) difference -= row(i)[j] * fit.coefficients[j];
    residual += weights[i] * difference * difference;
  }
  const double variance = residual / static_cast<double>(std::max(targets.size(), columns + 1) - columns);
  for (std::size_t j = 0; j < columns; ++j) fit.errors.push_back(std::sqrt(variance * matrix.inverse(j)));
  return fit;
}

}  // namespace stormsweep
