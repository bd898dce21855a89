#include "master/loop/launch.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("a missing program is distinguished from one that failed") {
  const TemporaryFolder folder;
  const std::string missing = folder / "stormsweep-worker", there = folder / "stormsweep-runner";
  std::ofstream(there) << "#!/bin/sh\n";
  const auto expect = [](int status, const std::string& program) {
    launch::expect_answer(status, program, "checking the data");
  };
  CHECK_NOTHROW(expect(0, there));
  CHECK_THROWS_WITH_AS(expect(127, missing),
                       (missing + ": cannot be started; it belongs beside stormsweep: build all").c_str(), InputError);
  // 127 is also the loader's, where a library is not there, or may not be mapped.
  CHECK_THROWS_WITH_AS(expect(127, there), "checking the data ended with status 127, as told above", InputError);
  CHECK_THROWS_WITH_AS(expect(3, missing), "checking the data ended with status 3, as told above", InputError);
}

TEST_CASE("networks are trained, and their data checked, by the program with LibTorch, commands by the one without") {
  CHECK(launch::trainer_program(find_experiment("tornado", "test")) == launch::worker_program());
  CHECK(launch::trainer_program(find_experiment("noop", "test")) == launch::runner_program());
  Experiment mine;
  mine.command.emplace();
  CHECK(launch::trainer_program(mine) == launch::runner_program());
}
