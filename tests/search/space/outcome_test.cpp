#include "search/space/outcome.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("statuses have the names of the results view") {
  CHECK(to_string(Status::waiting) == "waiting");
  CHECK(to_string(Status::running) == "running");
  CHECK(to_string(Status::complete) == "complete");
  CHECK(to_string(Status::failed) == "failed");
  CHECK(to_string(Status::diverged) == "diverged");
  CHECK(to_string(Status::out_of_memory) == "out_of_memory");
  CHECK(to_string(Status::pruned) == "pruned");
}
