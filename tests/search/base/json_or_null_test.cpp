#include "search/base/json_or_null.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>

using namespace stormsweep;

TEST_CASE("what is not there, or no number of JSON, is null") {
  CHECK(json_or_null(std::optional<std::uint64_t>(7)).dump() == "7");
  CHECK(json_or_null(std::optional<std::string>("part")).dump() == "\"part\"");
  CHECK(json_or_null(std::optional<std::string>()).dump() == "null");
  CHECK(json_or_null(0.5).dump() == "0.5");
  for (const double number : {HUGE_VAL, -HUGE_VAL, std::nan("")}) CHECK(json_or_null(number).dump() == "null");
}
