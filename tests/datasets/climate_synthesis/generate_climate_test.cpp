#include "datasets/climate_synthesis/generate_climate.hpp"

#include <doctest/doctest.h>

#include <string>

#include "datasets/climate/climate_set.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

TEST_CASE(
    "a generated climate: the paper's splits, the same bytes on any number of threads, another with another seed") {
  const TemporaryFolder folder;
  ClimateWorld world{.height = 6, .width = 8, .years = 6, .members = 3, .seed = 1, .threads = 1};
  const auto nothing = [](std::int64_t) {};
  generate_climate(world, folder / "one", nothing);
  world.threads = 2;
  generate_climate(world, folder / "two", nothing);
  world.seed = 2;
  generate_climate(world, folder / "other", nothing);
  for (const char* name : {"train.h5", "validation.h5", "test.h5"}) {
    CHECK(text_of(folder / "one" / name) == text_of(folder / "two" / name));
    CHECK(text_of(folder / "one" / name) != text_of(folder / "other" / name));
  }
  const ClimateSet train(folder / "one/train.h5"), validation(folder / "one/validation.h5"),
      test(folder / "one/test.h5");
  CHECK(train.layout().scenarios.size() == 3);
  CHECK(train.layout().runs.size() == 9);
  CHECK(train.layout().scenarios[1].name == "ssp370");
  CHECK(train.layout().scenarios[1].months() == 48);
  CHECK(validation.layout().runs.size() == 3);
  CHECK(climate_windows(validation.layout(), 12).size() == 3 * 24);
  CHECK(test.layout().scenarios[0].name == "ssp245");
  CHECK(climate_windows(test.layout(), 12).size() == 3 * 60);
}
