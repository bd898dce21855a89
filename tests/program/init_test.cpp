#include <doctest/doctest.h>

#include "tests/program/command.hpp"

using namespace stormsweep;

TEST_CASE(
    "init of an experiment writes its search spaces, which plan takes where they lie, and says what is to be done") {
  const WorkFolder folder;
  struct Kind {
    const char *name, *space, *generate, *data;
  };
  for (const Kind kind : {Kind{"tornado", "quick", "--storms 8000", "storms"},
                          {"nowcast", "showers", "--samples 400", "rain"},
                          {"segmentation", "weather", "--samples 300 --size 96x144", "weather"},
                          {"emulator", "first", "--size 24x36 --years 50", "climate"}}) {
    CAPTURE(kind.name);
    const std::string mine = std::string("my_") + kind.name, space = mine + '/' + kind.space + ".json";
    const Ended made = run_stormsweep({"init", kind.name, mine}, folder);
    CHECK(made.status == 0);
    CHECK(made.out.find(space) != std::string::npos);
    CHECK(made.out.ends_with(std::string("next: stormsweep generate ") + kind.name + ' ' + kind.generate + " -o " +
                             mine + '/' + kind.data + ", or data of yours there, then stormsweep run " + space + '\n'));
    CHECK(run_stormsweep({"plan", space}, folder).status == 0);
  }
}

TEST_CASE("init writes into a folder of any name") {
  const WorkFolder folder;
  for (const std::string name : {"a b/\"c\" d", "\"q\"", "-1"}) {
    CHECK(run_stormsweep({"init", "command", "--", name}, folder).status == 0);
    CHECK(std::filesystem::exists(folder / name / "space.json"));
  }
  const std::string made = run_stormsweep({"init", "tornado", "it's mine"}, folder).out;
  CHECK(made.find(R"(next: stormsweep generate tornado --storms 8000 -o 'it'\''s mine/storms', or)") !=
        std::string::npos);
}

TEST_CASE("init overwrites nothing, and says which experiments it has files for") {
  const WorkFolder folder;
  std::filesystem::create_directory(folder / "first");
  folder.write("first/table2.json", "mine");
  const Ended there = run_stormsweep({"init", "tornado", "first"}, folder);
  CHECK(there.status == 2);
  CHECK(there.err == "first/table2.json: it is there already; give another folder\n");
  CHECK_FALSE(std::filesystem::exists(folder / "first/quick.json"));
  const Ended unknown = run_stormsweep({"init", "tornadoes", "second"}, folder);
  CHECK(unknown.status == 2);
  CHECK(unknown.err == "stormsweep init: there is nothing to begin tornadoes with; did you mean tornado?\n");
}
