#include "datasets/field_sums.hpp"

#include <algorithm>
#include <cmath>

namespace stormsweep {

void FieldSums::add(std::span<const float> values) {
  if (count_ == 0 && !values.empty()) origin_ = values[0];
  double sum = 0, squares = 0;
  for (const float value : values) {
    const double from = value - origin_;
    sum += from, squares += from * from;
  }
  sum_ += sum, squares_ += squares, count_ += std::ssize(values);
}

double FieldSums::mean() const {
  return origin_ + sum_ / static_cast<double>(count_);
}

double FieldSums::deviation() const {
  const auto count = static_cast<double>(count_);
  const double from_origin = sum_ / count;
  return std::sqrt(std::max(0.0, squares_ / count - from_origin * from_origin));
}

}  // namespace stormsweep
