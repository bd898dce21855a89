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
}

TEST_CASE("a status is found by its name, and no other word is one") {
  for (const Status status :
       {Status::waiting, Status::running, Status::complete, Status::failed, Status::diverged, Status::out_of_memory}) {
    CHECK(find_status(to_string(status)) == status);
    CHECK(is_terminal(status) == (status != Status::waiting && status != Status::running));
  }
  for (const char* word : {"", "pruned", "Complete", "complet", "completed"}) CHECK_FALSE(find_status(word));
}
