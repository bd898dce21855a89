#include "search/space/training_ranges.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("ids make ranges") {
  const std::vector<TrainingId> ids{{0}, {1}, {2}, {5}, {7}, {8}};
  CHECK(ranges(ids) == std::vector<TrainingRange>{{0, 2}, {5, 5}, {7, 8}});
  CHECK(ranges({}).empty());
}
