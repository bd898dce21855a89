#include "search/methods/permutation.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include "search/base/random.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t rounds = 4;

}  // namespace

Permutation::Permutation(std::uint64_t size, std::uint64_t seed)
    : size_(size), seed_(seed), half_bits_(std::max(1, (static_cast<int>(std::bit_width(size - 1)) + 1) / 2)) {
  assert(size >= 1 && size <= std::uint64_t{1} << 63);
}

std::uint64_t Permutation::at(std::uint64_t i) const {
  assert(i < size_);
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  do {
    std::uint64_t left = i >> half_bits_, right = i & mask;
    for (std::uint64_t round = 0; round < rounds; ++round) {
      const std::uint64_t key = RandomStream(seed_ + round).bits();
      left ^= RandomStream(key ^ right).bits() & mask;
      std::swap(left, right);
    }
    i = left << half_bits_ | right;
  } while (i >= size_);
  return i;
}

}  // namespace stormsweep
