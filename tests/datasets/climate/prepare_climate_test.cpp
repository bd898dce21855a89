#include "datasets/climate/prepare_climate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "datasets/climate/climate_set.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/climate/climate_file_maker.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr const char* usual_splits = R"({
  "train": [{"scenario": "low", "but_last_months": 24}, {"scenario": "high", "members": ["r1"], "years": [2015, 2018]}],
  "validation": [{"scenario": "low", "last_months": 24}],
  "test": [{"scenario": "high", "members": ["r2"]}]})";

/// A folder of files and a manifest: six years of two scenarios, the second with two members, CO2 from a table.
struct Sources {
  Sources() {
    for (const char* name : {"low_r1", "high_r1", "high_r2"}) write_tas(name, {.months = 72});
    std::ofstream(folder / "e.csv") << "Scenario,Region,Variable,Unit,2014,2020\n"
                                    << "low,World,CO2,ppm,400,412\nhigh,World,CO2,ppm,400,472\n";
  }
  void write_tas(const std::string& name, const ClimateFileMaker& maker) const {
    maker.write(folder / ("tas_" + name + ".nc"));
  }
  ClimateNotes prepare() const {
    std::ofstream(folder / "m.json") << R"({"scenarios": {"low": "r1", "high": ["r1", "r2"]}, "targets": )" << targets
                                     << R"(, "forcings": )" << forcings << ", \"splits\": " << splits << more << "}";
    return prepare_climate(folder / "m.json", out(), [](double) {});
  }
  fs::path out() const { return folder / "out"; }
  ClimateSet set(const char* name) const { return ClimateSet(out() / name); }
  /// `prepare` throws "<folder>/<file>: <message>".
  void refused(const std::string& file, const std::string& message) const {
    CHECK_THROWS_WITH_AS(prepare(), ((folder / file).string() + ": " + message).c_str(), InputError);
    CHECK_FALSE(fs::exists(out() / "train.h5"));
  }

  TemporaryFolder folder;
  std::string targets = R"({"tas": "tas_{scenario}_{member}.nc"})", forcings = R"({"CO2": "e.csv"})",
              splits = usual_splits, more;
};

}  // namespace

TEST_CASE("prepare: splits by scenario, member and year; the fields as the files have them") {
  Sources sources;
  CHECK(sources.prepare().empty());
  const ClimateSet train = sources.set("train.h5"), validation = sources.set("validation.h5"),
                   test = sources.set("test.h5");
  REQUIRE(train.layout().runs.size() == 2);
  CHECK(train.layout().runs[0].months() == 48);
  CHECK(train.layout().scenarios[1].name == "high");
  CHECK(train.layout().runs[1].end == month_of(2019, 1));
  CHECK(validation.layout().runs[0].begin == month_of(2019, 1));
  CHECK(test.layout().runs[0].member == "r2");
  CHECK(test.layout().runs[0].months() == 72);
  CHECK((train.layout().grid == ClimateGrid{{-67.5, -22.5, 22.5, 67.5}, {0, 60, 120, 180, 240, 300}}));
  // 280 + months / 100 - latitude / 10 + longitude / 1000
  CHECK(validation.target(0, 3)[6 * 3 + 5] == doctest::Approx(280 + 0.51 - 6.75 + 0.3));
  // Forcings begin with the table, in 2014, so that the first month of 2015 has a window.
  CHECK(train.layout().scenarios[0].begin == month_of(2014, 1));
  CHECK(climate_windows(train.layout(), 12)[0].month == month_of(2015, 1));
  CHECK(climate_windows(validation.layout(), 12).size() == 24);
  CHECK(train.layout().forcings[0].global);
  CHECK(train.layout().forcings[0].unit == "ppm");
  CHECK(train.forcing(0, 6)[0] == doctest::Approx(400 + 12.0 * 0.5 / 72));  // the middle of July 2014
  CHECK(train.layout().forcings[1].name == "rsdt");
  CHECK(train.forcing(1, 6)[23] > 400);  // July at 67.5 N
  CHECK(train.forcing(1, 6)[0] < 5);     // and S
  CHECK(train.layout().targets[0].statistics.mean == doctest::Approx(280 + 0.235 + 0.15));
  CHECK(train.provenance().find("\"scenarios\"") != std::string::npos);
}

TEST_CASE("prepare: other units, another grid, rain, maps of forcings, yearly forcings") {
  Sources sources;
  ClimateFileMaker celsius{.unit = "degC", .months = 72}, rain{.name = "pr", .unit = "kg m-2 s-1", .months = 72};
  celsius.value = [](ClimateMonth month, double latitude, double) { return 15 + latitude / 10 + month % 12; };
  rain.value = [](ClimateMonth month, double, double) { return (1 + month % 12) / 86400.0; };
  ClimateFileMaker so2{.name = "SO2", .unit = "kg m-2 s-1", .months = 7, .step = 12};
  so2.latitudes = {-75, -45, -15, 15, 45, 75}, so2.begin = month_of(2014, 7);
  so2.value = [](ClimateMonth month, double, double longitude) { return year_of(month) + longitude / 1000; };
  for (const char* name : {"low_r1", "high_r1", "high_r2"}) {
    sources.write_tas(name, celsius);
    rain.write(sources.folder / (std::string("pr_") + name + ".nc"));
  }
  so2.write(sources.folder / "so2.nc");
  sources.targets = R"({"tas": "tas_{scenario}_{member}.nc", "pr": "pr_{scenario}_{member}.nc"})";
  sources.forcings = R"({"CO2": "e.csv", "SO2": "so2.nc"})";
  sources.more = R"(, "grid": {"height": 4, "width": 12})";
  const ClimateNotes notes = sources.prepare();
  const std::string file = (sources.folder / "so2.nc").string();
  CHECK(std::ranges::count(notes, file + ": SO2 is yearly: months are interpolated between the middles of years") == 2);
  CHECK(std::ranges::count(notes, file + ": SO2 goes from 6 x 6 to 4 x 12 cells (conservative)") == 2);
  CHECK(std::ranges::count(notes, (sources.folder / "tas_low_r1.nc").string() +
                                      ": goes from 4 x 6 to 4 x 12 cells (conservative)") == 1);
  const ClimateSet train = sources.set("train.h5");
  CHECK(train.target(0, 1)[0] == doctest::Approx(273.15 + 15 - 6.75 + 1));
  CHECK(train.target(1, 11)[5] == doctest::Approx(12));  // mm/day
  CHECK(train.layout().targets[1].unit == "mm/day");
  CHECK(train.layout().forcings[1].name == "SO2");
  CHECK_FALSE(train.layout().forcings[1].global);
  // 15 E lies within the cell around 0 E; the middle of January 2015 is 6.5 of 12 months after that of 2014.
  CHECK(train.forcing(1, 12)[0] == doctest::Approx(2014 + 6.5 / 12));
}

TEST_CASE("prepare: rain far from the Earth's is reported") {
  Sources sources;
  ClimateFileMaker rain{.name = "pr", .unit = "kg m-2 s-1", .months = 72};
  sources.targets = R"({"pr": "pr_{scenario}_{member}.nc"})";
  for (const char* name : {"low_r1", "high_r1", "high_r2"}) {
    const double depth = name == std::string("high_r2") ? 0.003 : 3;  // mm/day, as CIESM's of CMIP6, and as others'
    rain.value = [depth](ClimateMonth month, double, double) { return depth * (1 + 0.01 * (month % 2)) / 86400; };
    rain.write(sources.folder / (std::string("pr_") + name + ".nc"));
  }
  CHECK(
      sources.prepare() ==
      ClimateNotes{"high r2: pr is 0.00302 mm/day over the Earth, which has 2.7; if its unit is another than its file "
                   "tells, name it by \"unit\""});
}

TEST_CASE("prepare: a gap divides a member and is reported, as are forcings that end too soon") {
  Sources sources;
  sources.write_tas("high_r2", {.months = 24});
  ClimateFileMaker{.begin = month_of(2018, 1), .months = 24}.write(sources.folder / "tas_high_r2_late.nc");
  sources.targets = R"({"tas": ["tas_{scenario}_{member}.nc", "tas_{scenario}_{member}_*.nc"]})";
  for (const char* name : {"low_r1", "high_r1"})  // 2021 is beyond the table
    ClimateFileMaker{.begin = month_of(2021, 1), .months = 12}.write(sources.folder /
                                                                     (std::string("tas_") + name + "_late.nc"));
  const ClimateNotes notes = sources.prepare();
  CHECK(notes == ClimateNotes{"high r1: forcings are known for 2014-01 to 2020-12 alone; targets beyond are left out",
                              "high r2: 2017-01 to 2017-12 are missing; its run ends there, and another begins",
                              "low r1: forcings are known for 2014-01 to 2020-12 alone; targets beyond are left out"});
  const ClimateSet test = sources.set("test.h5");
  REQUIRE(test.layout().runs.size() == 2);
  CHECK(test.layout().runs[0].end == month_of(2017, 1));
  CHECK(test.layout().runs[1].begin == month_of(2018, 1));
  CHECK(climate_windows(test.layout(), 12).size() == 48);
}

TEST_CASE(
    "prepare: members without coordinates, a variable of another name; a missing cell is filled where a coarser one "
    "knows more") {
  Sources sources;
  sources.targets = R"({"tas": {"files": "outputs_{scenario}.nc", "variable": "t2m", "unit": "K"}})";
  for (const char* name : {"low", "high"}) {
    NetcdfMaker maker(sources.folder / (std::string("outputs_") + name + ".nc"));
    maker.dimension("time", 72), maker.dimension("member", 2), maker.dimension("lat", 8), maker.dimension("lon", 4);
    std::vector<double> months, latitudes, values;
    for (int i = 0; i < 72; ++i) months.push_back(365 * (i / 12) + 30.4 * (i % 12) + 14);
    for (int y = 0; y < 8; ++y) latitudes.push_back(-78.75 + 22.5 * y);
    for (int i = 0; i < 72 * 2 * 32; ++i) values.push_back(i % 32 == 9 ? 1e20 : 270 + i / 32 % 2 + i % 7);
    maker.variable("time", NC_DOUBLE, {"time"}, months, {{"units", "days since 2015-01-01"}, {"calendar", "noleap"}});
    maker.variable("lat", NC_DOUBLE, {"lat"}, latitudes, {{"units", "degrees_north"}});
    maker.variable("lon", NC_DOUBLE, {"lon"}, {0, 90, 180, 270}, {{"units", "degrees_east"}});
    maker.variable("t2m", NC_FLOAT, {"time", "member", "lat", "lon"}, values, {}, {{"_FillValue", {1e20}}});
  }
  std::ofstream(sources.folder / "m.json") << R"({"scenarios": {"low": "0", "high": ["0", "1"]}, "targets": )"
                                           << sources.targets << R"(, "forcings": {"CO2": "e.csv"},
    "grid": {"height": 4, "width": 4}, "splits": {"train": [{"scenario": "low"}],
                                                  "test": [{"scenario": "high", "members": ["1"]}]}})";
  prepare_climate(sources.folder / "m.json", sources.out(), [](double) {});
  const ClimateSet train = sources.set("train.h5"), test = sources.set("test.h5");
  CHECK(train.layout().runs[0].member == "0");
  CHECK(test.layout().runs[0].member == "1");
  for (std::int64_t frame = 0; frame < train.layout().target_frames(); ++frame) {
    for (const float value : train.target(0, frame)) CHECK(std::isfinite(value));
  }
}

TEST_CASE(
    "prepare: a file with fields on two grids, like the course's store: all are regridded to that of the targets") {
  Sources sources;
  for (const char* name : {"low", "high"}) {
    NetcdfMaker maker(sources.folder / (std::string(name) + ".nc"));
    maker.dimension("time", 72), maker.dimension("member_id", 2);
    maker.dimension("y", 3), maker.dimension("x", 4), maker.dimension("latitude", 3), maker.dimension("longitude", 4);
    std::vector<double> days, tas, so2, co2;
    for (int i = 0; i < 72; ++i) {
      days.push_back(365 * (i / 12) + 30.4 * (i % 12) + 14), co2.push_back(400 + i);
      for (int k = 0; k < 24; ++k) tas.push_back(280 + 10 * (k / 12) + i % 12);
      for (int k = 0; k < 12; ++k) so2.push_back(k % 4);  // 0, 1, 2, 3 from west to east
    }
    maker.variable("time", NC_DOUBLE, {"time"}, days, {{"units", "days since 2015-01-01"}, {"calendar", "noleap"}});
    maker.variable("member_id", NC_INT64, {"member_id"}, {0, 1});
    maker.variable("y", NC_DOUBLE, {"y"}, {-60, 0, 60}), maker.variable("x", NC_DOUBLE, {"x"}, {0, 90, 180, 270});
    maker.variable("latitude", NC_DOUBLE, {"latitude"}, {-60, 0, 60});
    maker.variable("longitude", NC_DOUBLE, {"longitude"}, {45, 135, 225, 315});
    maker.variable("tas", NC_FLOAT, {"time", "member_id", "y", "x"}, tas, {{"units", "K"}});
    maker.variable("SO2", NC_FLOAT, {"time", "latitude", "longitude"}, so2);
    maker.variable("CO2", NC_FLOAT, {"time"}, co2);
  }
  std::ofstream(sources.folder / "m.json") << R"({
    "scenarios": {"low": ["0", "1"], "high": ["0", "1"]}, "targets": {"tas": "{scenario}.nc"},
    "forcings": {"CO2": "{scenario}.nc", "SO2": "{scenario}.nc"},
    "splits": {"train": [{"scenario": "low"}], "test": [{"scenario": "high", "members": ["1"]}]}})";
  prepare_climate(sources.folder / "m.json", sources.out(), [](double) {});
  const ClimateSet train = sources.set("train.h5"), test = sources.set("test.h5");
  CHECK((train.layout().grid == ClimateGrid{{-60, 0, 60}, {0, 90, 180, 270}}));
  CHECK(train.forcing(0, 71)[0] == 471);
  // Half of each cell lies in the next one: around 0 E there are 3 and 0, around 90 E 0 and 1.
  const auto map = train.forcing(1, 0);
  CHECK(std::vector(map.begin(), map.begin() + 4) == std::vector<float>{1.5, 0.5, 1.5, 2.5});
  CHECK(train.target(0, 3)[0] == 283);
  CHECK(train.target(0, 72 + 3)[11] == 293);
  CHECK(test.target(0, 3)[0] == 293);
  CHECK(climate_windows(train.layout(), 12).size() == 2 * 60);  // forcings begin with the targets
}

TEST_CASE("prepare: scenarios to be forecast, with known forcings but no targets") {
  Sources sources;
  std::ofstream(sources.folder / "e.csv", std::ios::app) << "other,World,CO2,ppm,500,620\n";
  sources.more =
      R"(, "forecast": [{"scenario": "other", "years": [2016, 2020]}, {"scenario": "low", "years": [2019, 2020]}])";
  sources.prepare();
  const ClimateSet forecast = sources.set("forecast.h5");
  CHECK(forecast.layout().runs.empty());
  CHECK((forecast.layout().targets == sources.set("train.h5").layout().targets));
  REQUIRE(forecast.layout().scenarios.size() == 2);
  CHECK(forecast.layout().scenarios[0].begin == month_of(2014, 1));
  CHECK(forecast.layout().scenarios[0].end == month_of(2021, 1));
  CHECK(forecast.forcing(0, 83)[0] == 620);
  CHECK(forecast.layout().scenarios[1].begin == month_of(2017, 1));
  CHECK(sources.set("test.h5").layout().scenarios.size() == 1);
  sources.more = R"(, "forecast": [{"scenario": "other", "years": [2013, 2020]}])";
  CHECK_THROWS_WITH_AS(sources.prepare(),
                       ((sources.folder / "m.json").string() + ": forecast[0]: forcings of other are known for 2014-01 "
                                                               "to 2020-12; give years among these")
                           .c_str(),
                       InputError);
  sources.more = "";
  sources.prepare();
  CHECK_FALSE(fs::exists(sources.out() / "forecast.h5"));
}

TEST_CASE("prepare: what cannot be learnt from is refused in one line with the remedy") {
  Sources sources;
  ClimateFileMaker tas{.months = 72};
  SUBCASE("no temperature") {
    tas.unit = "kg m-2 s-1";
    sources.write_tas("low_r1", tas);
    sources.refused("tas_low_r1.nc",
                    "tas is in 'kg m-2 s-1', no temperature; give it in K or degC, or name its unit by \"unit\"");
  }
  SUBCASE("no unit") {
    tas.unit = "";
    sources.write_tas("low_r1", tas);
    sources.refused("tas_low_r1.nc",
                    "tas is in '', no temperature; give it in K or degC, or name its unit by \"unit\"");
  }
  SUBCASE("no rain") {
    sources.targets = R"({"pr": {"files": "tas_{scenario}_{member}.nc", "variable": "tas"}})";
    sources.refused("tas_low_r1.nc",
                    "pr is in 'K', no rate of rain; give it in kg m-2 s-1 or mm/day, or name its unit by \"unit\"");
  }
  SUBCASE("a missing cell") {
    tas.value = [](ClimateMonth month, double latitude, double) {
      return month == month_of(2016, 3) && latitude > 60 ? 1e20 : 280;
    };
    sources.write_tas("high_r2", tas);
    sources.refused("tas_high_r2.nc", "tas is missing in 6 of 24 cells of 2016-03; leave that year out by \"years\"");
  }
  SUBCASE("a missing value that is not declared") {
    tas.value = [](ClimateMonth month, double latitude, double) {
      return month == month_of(2016, 3) && latitude > 60 ? -999 : 280;
    };
    sources.write_tas("high_r2", tas);
    sources.refused(
        "tas_high_r2.nc",
        "tas is -999 K in a cell of 2016-03, and every month has 150 to 350; name its unit by \"unit\", or give a file "
        "whose missing values are declared");
  }
  SUBCASE("degrees Celsius declared as K") {
    tas.value = [](ClimateMonth, double, double) { return 15; };
    sources.write_tas("low_r1", tas);
    sources.refused("tas_low_r1.nc",
                    "tas is 15 K in a cell of 2015-01, and every month has 150 to 350; name its unit by \"unit\", or "
                    "give a file whose missing values are declared");
  }
  SUBCASE("impossible rain: an undeclared missing value, or a wrong unit") {
    ClimateFileMaker rain{.name = "pr", .unit = "kg m-2 s-1", .months = 72};
    sources.targets = R"({"pr": "pr_{scenario}_{member}.nc"})";
    for (const auto& [value, told] :
         {std::pair(-9999 / 86400.0, "-9999"), {1.5e20 / 86400, "1.5e+20"}, {2, "172800"}}) {
      rain.value = [value = value](ClimateMonth month, double latitude, double) {
        return month == month_of(2016, 3) && latitude > 60 ? value : 3e-5 + 1e-6 * (month % 12);
      };
      for (const char* name : {"low_r1", "high_r1", "high_r2"})
        rain.write(sources.folder / (std::string("pr_") + name + ".nc"));
      sources.refused("pr_low_r1.nc", std::string("pr is ") + told +
                                          " mm/day in a cell of 2016-03, and every month has -1 to 1000; name its unit "
                                          "by \"unit\", or give a file whose missing values are declared");
    }
  }
  SUBCASE("years") {
    sources.write_tas("low_r1", {.months = 6, .step = 12});
    sources.refused("tas_low_r1.nc",
                    "tas is yearly, but training needs months; give the monthly means of the same runs (its forcings "
                    "may be yearly)");
  }
  SUBCASE("no common months") {
    sources.write_tas("low_r1", {.begin = month_of(1950, 1), .months = 24});
    sources.refused("m.json",
                    "low r1 has no month with all of its fields: targets from 1950-01 to 1951-12, forcings 2014-01 to "
                    "2020-12; give files of the same years");
  }
  SUBCASE("a target that does not vary") {
    tas.value = [](ClimateMonth, double, double) { return 280; };
    for (const char* name : {"low_r1", "high_r1", "high_r2"}) sources.write_tas(name, tas);
    sources.refused("out", "tas is 280 in every cell and month of training; give files in which it varies");
  }
  SUBCASE("a month in two splits") {
    sources.splits = R"({"train": [{"scenario": "low"}], "test": [{"scenario": "low", "last_months": 24}]})";
    sources.refused("m.json", "splits.test[0]: 2019-01 of low r1 is in train too; give each month to one");
  }
  SUBCASE("a part without months") {
    sources.splits = R"({"train": [{"scenario": "low"}], "test": [{"scenario": "high", "years": [2050, 2060]}]})";
    sources.refused("m.json",
                    "splits.test[0]: leaves no month of high r1, which has 2015-01 to 2020-12; mend its years");
  }
  SUBCASE("one file for two members") {
    sources.write_tas("high", tas);
    sources.write_tas("low", tas);
    sources.targets = R"({"tas": "tas_{scenario}.nc"})";
    sources.refused("tas_high.nc",
                    "tas has no dimension of members, and high several; write {member} into the name of its files");
  }
  SUBCASE("a forcing that is a number in one scenario and a map in another") {
    ClimateFileMaker{.name = "CO2", .unit = "ppm", .months = 72}.write(sources.folder / "co2_high.nc");
    NetcdfMaker low(sources.folder / "co2_low.nc");
    low.dimension("time", 6);
    low.variable("time", NC_DOUBLE, {"time"}, {2015, 2016, 2017, 2018, 2019, 2020});
    low.variable("CO2", NC_DOUBLE, {"time"}, {1, 2, 3, 4, 5, 6}, {{"units", "ppm"}});
    sources.forcings = R"({"CO2": "co2_{scenario}.nc"})";
    sources.refused("m.json", "CO2 of high is a map in 'ppm', of low a number in 'ppm'; give files of one kind");
  }
}

TEST_SUITE("real data") {
  TEST_CASE("prepare: a model's temperatures and the emissions that it was driven by") {
    const auto found = real_data("climate");
    if (!found) return;
    const fs::path& data = *found;
    const TemporaryFolder folder;
    const std::string tas = fs::absolute(data / "tas_mon_IPSL-CM6A-LR_{scenario}_{member}_g025.nc").string();
    const std::string table = fs::absolute(data / "rcmip-emissions-annual-means-ssp-only.csv").string();
    const auto emissions = [&](const char* variable, const char* more) {
      return "{\"files\": \"" + table + "\", \"variable\": \"Emissions|" + variable + "\"" + more + "}";
    };
    std::ofstream(folder / "m.json") << R"({"scenarios": {"ssp126": "r1i1p1f1", "ssp585": ["r1i1p1f1", "r2i1p1f1"]},
      "targets": {"tas": ")" << tas << R"("}, "forcings": {"CO2": )"
                                     << emissions("CO2", ", \"summed\": true")
                                     << ", \"SO2\": " << emissions("Sulfur", "")
                                     << ", \"CH4\": " << emissions("CH4", "") << ", \"BC\": " << emissions("BC", "")
                                     << R"(}, "splits": {
        "train": [{"scenario": "ssp126", "but_last_months": 240},
                  {"scenario": "ssp585", "members": ["r1i1p1f1"], "but_last_months": 240}],
        "test": [{"scenario": "ssp126", "last_months": 240}, {"scenario": "ssp585", "members": ["r2i1p1f1"]}]}})";
    CHECK(prepare_climate(folder / "m.json", folder / "out", [](double) {}).empty());
    const ClimateSet train(folder / "out/train.h5"), test(folder / "out/test.h5");
    const ClimateLayout& layout = train.layout();
    CHECK(layout.grid.height() == 20);
    CHECK(layout.grid.width() == 20);
    CHECK(layout.runs[0].begin == month_of(2015, 1));
    CHECK(layout.runs[0].months() == 792);
    CHECK(layout.scenarios[0].begin == month_of(2013, 1));
    CHECK(climate_windows(layout, 12).size() == 2 * 792);
    CHECK(test.layout().runs[1].months() == 1032);
    const auto mean_of_row = [&](std::int64_t frame, std::size_t row) {
      double sum = 0;
      for (const float value : train.target(0, frame).subspan(row * 20, 20)) sum += value;
      return sum / 20;
    };
    CHECK(mean_of_row(6, 0) < 225);   // July at the South Pole: row 0 is south
    CHECK(mean_of_row(6, 19) > 270);  // and at the North Pole
    CHECK(mean_of_row(0, 19) < 260);
    // The table's 39152.7 Mt of 2015 come on top of the emissions since 1750, some 2200 Gt.
    CHECK(layout.forcings[0].unit == "Mt CO2");
    CHECK(train.forcing(0, 36)[0] - train.forcing(0, 24)[0] == doctest::Approx(39500).epsilon(0.02));
    CHECK(train.forcing(0, 24)[0] == doctest::Approx(2.2e6).epsilon(0.1));
  }
}
