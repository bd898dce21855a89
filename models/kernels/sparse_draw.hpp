#pragma once

#include <cstdint>
#include <limits>

#ifdef __CUDACC__
#define STORMSWEEP_ANYWHERE __host__ __device__
#else
// Never linked into code for other processors than it was compiled for: see models/kernels/vector_target.hpp.
#define STORMSWEEP_ANYWHERE __attribute__((always_inline))
#endif

namespace stormsweep {

/// ReLU and dropout of single numbers, or of vectors of them, on a processor and on a GPU alike: a hash of a number's
/// place decides whether it is kept. A NaN that is kept stays NaN, as in LibTorch.
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

  /// `place`: of 32 bits, those of a number's place in its map.
  template <class Number, class Place>
  STORMSWEEP_ANYWHERE Number activation(const Number& value, const Place& place) const {
    const auto kept = mixed(start_ + step_ * place) >= least_, positive = !(value <= 0);
    return kept & positive ? value * scale_ : Number{};
  }

  /// What a kept number, and its gradient, is multiplied by.
  STORMSWEEP_ANYWHERE float scale() const { return scale_; }

 private:
  /// Mixes all bits of a number with two multiplications (Wellons 2018, "lowbias32").
  template <class Place>
  STORMSWEEP_ANYWHERE static Place mixed(Place x) {
    x = (x ^ (x >> 16)) * 0x7feb352dU;
    x = (x ^ (x >> 15)) * 0x846ca68bU;
    return x ^ (x >> 16);
  }

  std::uint32_t least_, start_ = 0, step_ = 1;
  float scale_;
};

}  // namespace stormsweep
