#include <doctest/doctest.h>
#include <signal.h>

#include <regex>

#include "tests/program/command.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

TEST_CASE("on a terminal the bar tells how far a training is in its epoch, and in the evaluations behind it") {
  const WorkFolder folder;
  if (run({"sh", "-c", "command -v script"}, folder).status != 0) {
    MESSAGE("skipped: script is not here");
    return;
  }
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "600", "-o", "."}, folder).status == 0);
  folder.write("long.json", R"({"name": "l", "experiment": "tornado", "parameters": {"epochs": 10000},
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"}})");
  Command command({"script", "-qefc",
                   "stty cols 150; " + stormsweep_program() +
                       " run long.json --workers 1 --device cpu --lost-after 0.4 --stage disk",
                   "typed"},
                  folder);
  for (const char* work : {"training", "validating", "testing"}) {
    CAPTURE(work);
    const std::regex told("l: 0/1 done, 1 running \\(epoch [0-9]+/10000: " + std::string(work) + " [0-9]+ %\\)");
    CHECK(eventually([&] { return std::regex_search(text_of(folder / "typed"), told); }));
  }
  const auto runs = descendants(command.pid(), "stormsweep");
  REQUIRE(!runs.empty());
  kill(runs[0], SIGTERM);
  CHECK(command.wait().status == 85);
}
