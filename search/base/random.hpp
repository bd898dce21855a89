#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace stormsweep {

/// SplitMix64 (Steele, Lea, Flood 2014): 8 bytes of state, so that every sample can have a stream of its own. Unlike
/// the standard distributions it gives the same numbers on every platform.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// [0, 1), 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box and Muller 1958, the cosine branch).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  /// [0, n), n > 0; the bias of n / 2^64 is below anything that we draw.
  std::uint64_t below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits()) * n) >> 64);
  }

 private:
  std::uint64_t state_;
};

}  // namespace stormsweep
