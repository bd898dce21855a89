#include "search/methods/permutation.hpp"

#include <doctest/doctest.h>

#include <set>
#include <vector>

using namespace stormsweep;

TEST_CASE("every number below the size comes once") {
  for (const std::uint64_t size : {1, 2, 3, 4, 5, 16, 17, 1000, 65536, 65537}) {
    CAPTURE(size);
    const Permutation order(size, 7);
    std::vector<bool> seen(size);
    for (std::uint64_t i = 0; i < size; ++i) {
      REQUIRE(order.at(i) < size);
      REQUIRE_FALSE(seen[order.at(i)]);
      seen[order.at(i)] = true;
    }
  }
}

TEST_CASE("the largest sizes") {
  const std::uint64_t size = std::uint64_t{1} << 63;
  const Permutation order(size, 1);
  std::set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 1000; ++i) seen.insert(order.at(i));
  CHECK(seen.size() == 1000);
  CHECK(order.at(size - 1) < size);
}

TEST_CASE("another seed, another order; places and numbers are independent") {
  constexpr std::uint64_t size = 5040;
  std::vector<int> at_seven(10);
  for (std::uint64_t seed = 0; seed < 5000; ++seed) ++at_seven[Permutation(size, seed).at(7) * 10 / size];
  double chi = 0;  // 9 degrees of freedom: 27.9 in one of 1000
  for (const int count : at_seven) chi += (count - 500.0) * (count - 500.0) / 500;
  CHECK(chi < 27.9);
}
