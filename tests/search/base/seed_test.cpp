#include "search/base/seed.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdlib>
#include <set>
#include <string>

using namespace stormsweep;

// Expected values from a Python twin of the header's description, whose mix was checked against SplitMix64's published
// first output for seed 0, 0xe220a8397b1dcdaf. They must never change, or stored results could no longer be reproduced.
TEST_CASE("seeds of streams are stable for ever") {
  CHECK(derive_seed(0, "", {}) == 0xa706dd2f4d197e6f);
  CHECK(derive_seed(0, "weights", {}) == 0x1d6e695c999cb323);
  CHECK(derive_seed(42, "shuffle", {3}) == 0x0fda7fe59e2fc1a5);
  CHECK(derive_seed(42, "augmentation", {7, 1099511627776}) == 0x8d51d653c7cd5af4);
}

TEST_CASE("neighbouring seeds, streams and counters are different streams") {
  std::set<std::uint64_t> seeds;
  std::size_t drawn = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const char* stream : {"weights", "shuffle", "dropout", "augmentation"}) {
      ++drawn, seeds.insert(derive_seed(seed, stream));
      for (std::uint64_t a = 0; a < 20; ++a) {
        ++drawn, seeds.insert(derive_seed(seed, stream, {a}));
        for (std::uint64_t b = 0; b < 20; ++b) ++drawn, seeds.insert(derive_seed(seed, stream, {a, b}));
      }
    }
  }
  CHECK(seeds.size() == drawn);
}

TEST_CASE("one bit of a counter changes half of the seed's bits") {
  int changed = 0;
  for (std::uint64_t counter = 0; counter < 1000; ++counter)
    changed += std::popcount(derive_seed(1, "shuffle", {counter}) ^ derive_seed(1, "shuffle", {counter ^ 1}));
  CHECK(std::abs(changed / 1000.0 - 32) < 0.5);  // standard deviation 4 / sqrt(1000) = 0.13
}
