#include "master/report/deviation.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("the deviation of a sample, which large means do not drown") {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  add_deviation(database);
  const auto of = [&](const char* values) {
    return database.execAndGet(std::string("SELECT deviation(column1) FROM (VALUES ") + values + ")");
  };
  // 2, 4, 4, 4, 5, 5, 7, 9: squared deviations from the mean 5 sum to 32, and 32 / 7 = 4.571428...
  CHECK(of("(2), (4), (4), (4), (5), (5), (7), (9)").getDouble() == doctest::Approx(2.138089935299395).epsilon(1e-15));
  // 1e9 + 4, 7, 13, 16: the deviation of 4, 7, 13, 16, which is sqrt(90 / 3)
  CHECK(of("(1e9 + 4), (1e9 + 7), (1e9 + 13), (1e9 + 16)").getDouble() ==
        doctest::Approx(5.477225575051661).epsilon(1e-12));
  CHECK(of("(3), (NULL), (5)").getDouble() == doctest::Approx(1.4142135623730951).epsilon(1e-15));
  CHECK(of("(3), (NULL)").isNull());
  CHECK(of("(NULL)").isNull());
}
