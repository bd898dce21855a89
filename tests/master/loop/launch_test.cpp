#include "master/loop/launch.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

TEST_CASE("a missing worker program is distinguished from one that failed") {
  CHECK_NOTHROW(launch::expect_answer(0, "checking the data"));
  // 127 is also the loader's, where a library is not there, or may not be mapped.
  const bool there = std::filesystem::exists(launch::worker_program());
  const std::string missing = "stormsweep-worker: cannot be started; it belongs beside stormsweep";
  CHECK_THROWS_WITH_AS(launch::expect_answer(127, "checking the data"),
                       doctest::Contains(there ? "checking the data ended with status 127" : missing.c_str()),
                       InputError);
  CHECK_THROWS_WITH_AS(launch::expect_answer(3, "checking the data"),
                       "checking the data ended with status 3, as told above", InputError);
}
