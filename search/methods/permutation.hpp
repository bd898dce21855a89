#pragma once

#include <cstdint>

namespace stormsweep {

/// A random order of the numbers below `size`, whatever the size, without a list of them: a Feistel network of four
/// rounds (Luby and Rackoff 1988) over the next power of four, walked along until it is back below `size` (Black and
/// Rogaway 2002), which takes four steps at most on average.
class Permutation {
 public:
  /// `size` from 1 to 2^63.
  Permutation(std::uint64_t size, std::uint64_t seed);

  std::uint64_t size() const { return size_; }
  /// The number at place `i` < size; each one once.
  std::uint64_t at(std::uint64_t i) const;

 private:
  std::uint64_t size_, seed_;
  int half_bits_;  ///< of a number of the network
};

}  // namespace stormsweep
