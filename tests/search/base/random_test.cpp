#include "search/base/random.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

#include "search/base/random_order.hpp"

using namespace stormsweep;

TEST_CASE("the stream is SplitMix64's") {
  RandomStream zero(0), other(1234567);
  for (const std::uint64_t bits : {0xe220a8397b1dcdafU, 0x6e789e6aa1b965f4U, 0x06c45d188009454fU})
    CHECK(zero.bits() == bits);
  // As published with the algorithm's other implementations, for this seed.
  for (const std::uint64_t bits : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U})
    CHECK(other.bits() == bits);
}

TEST_CASE("an order never changes: the results of every training depend on it") {
  // From a Python twin of Fisher and Yates as the header gives it.
  CHECK(random_order(10, 20, 10, 7) == std::vector<std::int64_t>{13, 11, 19, 17, 16, 14, 10, 15, 18, 12});
  CHECK(random_order(0, 1000, 5, 2024) == std::vector<std::int64_t>{622, 98, 299, 118, 831});
}
