#include "datasets/climate/climate_splits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "datasets/climate/climate_set.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/away.hpp"
#include "tests/datasets/climate/climate_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

constexpr ClimateMonth start = month_of(2015, 1);

/// One scenario of 8 months on 1 x 2 cells: training its first 4 months, validation the next 2, test the last 2.
ClimateLayouts layouts() {
  ClimateLayout layout;
  layout.grid = {{0}, {90, 270}};
  layout.forcings = {{"CO2", "ppm", true, {}}, {"SO2", "1", false, {}}};
  layout.targets = {{"tas", "K", false, {}}};
  layout.scenarios = {{"ssp", start, start + 4}};
  layout.runs = {{0, "r1", start, start + 4}};
  ClimateLayout validation = layout, test = layout;
  validation.scenarios[0].end = start + 6, validation.runs[0] = {0, "r1", start + 4, start + 6};
  test.scenarios[0].end = start + 8, test.runs[0] = {0, "r1", start + 6, start + 8};
  return {layout, validation, test, {}};
}

void write(ClimateSplitsWriter& writer, float target = 1) {
  std::vector<float> maps;
  for (int i = 0; i < 16; ++i) maps.push_back(target * static_cast<float>(i));
  writer.write_forcing("ssp", 0, start, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
  writer.write_forcing("ssp", 1, start, std::vector<float>(16, 7.0f));
  writer.write_target("ssp", "r1", 0, start, maps);
}

}  // namespace

TEST_CASE("climate splits: each gets its months, forcings from before them too, and training's statistics") {
  const TemporaryFolder folder;
  ClimateSplitsWriter writer(folder.path(), layouts());
  write(writer);
  writer.finish("test");
  const ClimateSet train(folder / "train.h5"), validation(folder / "validation.h5"), test(folder / "test.h5");
  CHECK(train.layout().runs[0].months() == 4);
  CHECK(validation.layout().scenarios[0].months() == 6);
  CHECK(validation.forcing(0, 5)[0] == 6);
  CHECK(validation.target(0, 0)[0] == 8);
  CHECK(test.target(0, 1)[1] == 15);
  for (const ClimateSet* set : {&train, &validation, &test}) {
    const ClimateLayout& layout = set->layout();
    CHECK(layout.forcings[0].statistics.mean == 2.5f);  // 1 2 3 4
    CHECK(layout.forcings[0].statistics.deviation == doctest::Approx(std::sqrt(1.25)));
    CHECK((layout.forcings[1].statistics == ChannelStatistics{7, 1}));  // constant
    CHECK(layout.targets[0].statistics.mean == 3.5f);                   // 0 ... 7
    CHECK(layout.targets[0].statistics.deviation == doctest::Approx(std::sqrt(63.0 / 12)));
  }
  CHECK(climate_windows(validation.layout(), 4).size() == 2);
  CHECK(climate_windows(train.layout(), 4).empty());
}

TEST_CASE(
    "climate splits: without validation, an older file of it is removed; a constant target leaves all files as they "
    "were") {
  const TemporaryFolder folder;
  {
    ClimateSplitsWriter writer(folder.path(), layouts());
    write(writer);
    writer.finish("first");
  }
  {
    ClimateSplitsWriter writer(folder.path(), layouts());
    write(writer, 0);
    CHECK_THROWS_WITH_AS(writer.finish("second"),
                         (folder.path().string() + ": tas is 0 in every cell and month of training; give files in "
                                                   "which it varies")
                             .c_str(),
                         InputError);
  }
  CHECK(ClimateSet(folder / "train.h5").provenance() == "first");
  ClimateLayouts two = layouts();
  two[1] = {};
  ClimateSplitsWriter writer(folder.path(), two);
  write(writer);
  writer.finish("third");
  CHECK(ClimateSet(folder / "train.h5").provenance() == "third");
  CHECK_FALSE(std::filesystem::exists(folder / "validation.h5"));
}

TEST_CASE("climate splits: a month that is written twice is our own mistake, not the user's") {
  const TemporaryFolder folder;
  ClimateSplitsWriter writer(folder.path(), layouts());
  write(writer);
  writer.write_forcing("ssp", 0, start, std::vector<float>{1});
  CHECK_THROWS_AS(writer.finish("test"), std::logic_error);
  CHECK_FALSE(std::filesystem::exists(folder / "train.h5"));
}

TEST_CASE("climate splits: where one cannot be put in place, none of an earlier set is left beside the new ones") {
  const TemporaryFolder folder;
  const auto finish = [&](const std::string& provenance) {
    ClimateSplitsWriter writer(folder.path(), layouts());
    write(writer);
    std::filesystem::remove_all(folder / "away");
    writer.finish(provenance);
  };
  finish("old");
  link_away(folder / "validation.h5");
  CHECK_THROWS_WITH_AS(finish("new"), doctest::Contains("validation.h5: cannot be replaced"), InputError);
  CHECK(ClimateSet(folder / "train.h5").provenance() == "new");
  CHECK_FALSE(std::filesystem::exists(folder / "test.h5"));
}
