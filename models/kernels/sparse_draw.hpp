#pragma once

#include <cstdint>
#include <limits>

#ifdef __CUDACC__
#define STORMSWEEP_ANYWHERE __host__ __device__
#else
#define STORMSWEEP_ANYWHERE
#endif

namespace stormsweep {

/// ReLU and dropout of single numbers, on a processor and on a GPU alike: a hash of a number's place decides whether it
/// is kept. A NaN that is kept stays NaN, as in LibTorch.
class SparseDraw {
 public:
  /// Drops `rate` of the numbers.
  explicit SparseDraw(double rate)
      : least_(static_cast<std::uint32_t>(rate * std::numeric_limits<std::uint32_t>::max())),
        scale_(static_cast<float>(1 / (1 - rate))) {}

  STORMSWEEP_ANYWHERE void seed(std::int64_t seed) {
    start_ = static_cast<std::uint32_t>(seed);
    step_ = static_cast<std::uint32_t>(seed >> 31) | 1;
  }

  STORMSWEEP_ANYWHERE float activation(float value, std::int64_t place) const {
    const bool kept = mixed(start_ + step_ * static_cast<std::uint32_t>(place)) >= least_;
    return kept && !(value <= 0) ? value * scale_ : 0;
  }

  /// What a kept number, and its gradient, is multiplied by.
  STORMSWEEP_ANYWHERE float scale() const { return scale_; }

 private:
  /// Mixes all bits of a number with two multiplications (Wellons 2018, "lowbias32").
  STORMSWEEP_ANYWHERE static std::uint32_t mixed(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352dU;
    x = (x ^ (x >> 15)) * 0x846ca68bU;
    return x ^ (x >> 16);
  }

  std::uint32_t least_, start_ = 0, step_ = 1;
  float scale_;
};

}  // namespace stormsweep
