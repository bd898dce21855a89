#include "experiments/emulator/emulator_notes.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "datasets/climate/climate_set.hpp"
#include "search/base/error.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"

using namespace stormsweep;

TEST_CASE("a model has its forcings and targets in the network's order, and the lines of pattern scaling") {
  const EmulatorWorld world;
  const ClimateSet train(world.folder() / "train.h5");
  const EmulatorNotes notes = parse_emulator_notes(world.task({{"targets", std::string("pr")}})->model_notes(), "m");
  REQUIRE(notes.forcings.size() == train.layout().forcings.size());
  for (std::size_t i = 0; i < notes.forcings.size(); ++i) {
    CHECK(notes.forcings[i].name == train.layout().forcings[i].name);
    CHECK(notes.forcings[i].statistics == train.layout().forcings[i].statistics);
  }
  REQUIRE(notes.targets.size() == 1);
  CHECK(notes.targets[0].name == "pr");
  CHECK(notes.targets[0].unit == "mm/day");
  CHECK(notes.height == 6);
  CHECK(notes.width == 8);
  CHECK(notes.grid == train.layout().grid);
  const PatternScaling baselines(train, climate_windows(train.layout(), 12), 12, {1});
  CHECK(notes.lines[0].offset == baselines.line(0, train.layout().grid).offset);
  CHECK(notes.lines[0].slope == baselines.line(0, train.layout().grid).slope);
}

TEST_CASE("months of the year that training lacks are unknown in what is kept, and the model can be used") {
  const EmulatorWorld world;
  const ClimateSet train(world.folder() / "train.h5");
  auto windows = climate_windows(train.layout(), 12);
  std::erase_if(windows, [](const ClimateWindow& window) { return month_of_year(window.month) == 3; });
  const PatternScaling baselines(train, windows, 12, {0});
  const EmulatorNotes notes = parse_emulator_notes(emulator_notes(train.layout(), {"tas"}, baselines), "m");
  const PatternScaling::Line known = baselines.line(0, train.layout().grid);
  for (std::size_t month = 0; month < 12; ++month) {
    if (month == 2) {
      CHECK(std::isnan(notes.lines[0].climatology[month]));
      CHECK(std::isnan(notes.lines[0].offset[month]));
    } else {
      CHECK(notes.lines[0].climatology[month] == known.climatology[month]);
      CHECK(notes.lines[0].slope[month] == known.slope[month]);
    }
  }
}

TEST_CASE("older models, which do not say where their maps lie, can be used") {
  const EmulatorNotes notes =
      parse_emulator_notes(R"({"height": 2, "width": 3, "forcings": [], "targets": []})", "m.pt");
  CHECK(notes.width == 3);
  CHECK(notes.grid.cells() == 0);
}

TEST_CASE("notes that are not those of an emulator are refused in one line") {
  CHECK_THROWS_WITH_AS(parse_emulator_notes("{}", "m.pt"),
                       "m.pt: lacks its forcings, its targets and their grid; give a model that stormsweep run "
                       "--keep-best left",
                       InputError);
  CHECK_THROWS_AS(parse_emulator_notes("no", "m.pt"), InputError);
  CHECK_THROWS_WITH_AS(parse_emulator_notes(R"({"height": 2, "width": 2, "targets": [],
                               "forcings": [{"name": "CO2", "unit": "ppm", "mean": 1, "deviation": 0}]})",
                                            "m.pt"),
                       doctest::Contains("m.pt: CO2 has no finite mean, or no positive deviation"), InputError);
}
