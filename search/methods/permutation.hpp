#pragma once

#include <cstdint>

namespace stormsweep {

/// A random order of the numbers below `size`, whatever the size, without a list of them: a Feistel network of four
/// rounds (Luby and Rackoff 1988) over the next power of four, applied again until the number is below `size` (cycle
/// walking, Black and Rogaway 2002): at most four times on average.
class Permutation {
 public:
  /// `size` from 1 to 2^63.
  Permutation(std::uint64_t size, std::uint64_t seed);

  std::uint64_t size() const { return size_; }
  /// The number at place `i` < size; every number has one place.
  std::uint64_t at(std::uint64_t i) const;

 private:
  std::uint64_t size_, seed_;
  int half_bits_;  ///< bits of each half of the network
};

}  // namespace stormsweep
