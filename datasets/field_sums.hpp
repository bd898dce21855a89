#pragma once

#include <cstdint>
#include <span>

namespace stormsweep {

/// Running mean and standard deviation. The first number is subtracted from all, so that a small deviation around a
/// large mean loses no digits.
class FieldSums {
 public:
  void add(std::span<const float> values);
  double mean() const;
  double deviation() const;  ///< 0 where all are the same

 private:
  double origin_ = 0, sum_ = 0, squares_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace stormsweep
