#include "datasets/files/number_count.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace stormsweep;

TEST_CASE("lengths that no memory has room for have no count, whatever their product wraps to") {
  using Lengths = std::vector<std::uint64_t>;
  CHECK(number_count(Lengths{2, 3, 4}) == 24);
  CHECK(number_count(Lengths{}) == 1);
  CHECK(number_count(Lengths{5, 0}) == 0);
  CHECK(number_count(Lengths{1 << 15, 1 << 15}) == 1 << 30);
  CHECK(!number_count(Lengths{1 << 15, (1 << 15) + 1}));
  CHECK(!number_count(Lengths{std::uint64_t{1} << 32, std::uint64_t{1} << 32}));
}
