#include "master/loop/launch.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

TEST_CASE("a missing worker program is distinguished from one that failed") {
  CHECK_NOTHROW(launch::expect_answer(0, "checking the data"));
  CHECK_THROWS_WITH_AS(launch::expect_answer(127, "checking the data"),
                       doctest::Contains("stormsweep-worker: cannot be started; it belongs beside stormsweep"),
                       InputError);
  CHECK_THROWS_WITH_AS(launch::expect_answer(3, "checking the data"),
                       "checking the data ended with status 3, as told above", InputError);
}
