#include "search/base/csv.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("a field of CSV is in quotes only where it needs them") {
  CHECK(csv_field("") == "");
  CHECK(csv_field("a b;c") == "a b;c");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"no\"") == "\"say \"\"no\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
}
