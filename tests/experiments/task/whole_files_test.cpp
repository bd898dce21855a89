#include "experiments/task/whole_files.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("a machine wants every file, and says which one cannot be copied") {
  Space space;
  space.data = {{"test", "/data/b.h5"}, {"train", "/data/a.h5"}};
  const StagePlan plan = stage_whole_files(space, {}, 2);
  REQUIRE(plan.files.size() == 2);
  CHECK(plan.files[1].name == "train.h5");
  CHECK(plan.files[1].bytes == 0);  // there is no such file, which reading it will report
  CHECK(plan.wanted(0, {}) == std::vector<std::int64_t>{0, 1});
  CHECK_THROWS_WITH_AS(plan.wanted(0, {1}),
                       "/data/a.h5: cannot be copied to the machines' disks, and training needs it; make it readable, "
                       "or run without --stage",
                       InputError);
}

TEST_CASE("a plan says how large the files are") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.h5") << "12345";
  Space space;
  space.data = {{"train", folder / "a.h5"}};
  CHECK(stage_whole_files(space, {}, 2).files.at(0).bytes == 5);
}
