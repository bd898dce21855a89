#include "datasets/climate/climate_manifest.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

constexpr const char* forcings = R"("targets": {"tas": "tas_{scenario}_{member}_*.nc"}, "forcings": {"CO2": "co2.nc"})";

ClimateManifest read(const TemporaryFolder& folder, const std::string& text) {
  std::ofstream(folder / "m.json") << text;
  return read_climate_manifest(folder / "m.json");
}

}  // namespace

TEST_CASE("a manifest without splits has the paper's") {
  const TemporaryFolder folder;
  const ClimateManifest manifest =
      read(folder,
           std::string(R"({"scenarios": {"ssp126": "r1", "ssp245": "r1", "ssp370": ["r1", "r2"], "ssp585": "r1"},)") +
               forcings + "}");
  CHECK(manifest.scenarios[2].second == std::vector<std::string>{"r1", "r2"});
  CHECK(manifest.method == RegridMethod::conservative);
  CHECK_FALSE(manifest.grid);
  REQUIRE(manifest.splits[0].size() == 3);
  CHECK(manifest.splits[0][1].scenario == "ssp370");
  CHECK(manifest.splits[0][1].but_last_months == 120);
  CHECK(manifest.splits[1][0].scenario == "ssp370");
  CHECK(manifest.splits[1][0].last_months == 120);
  CHECK(manifest.splits[1][0].members == std::vector<std::string>{"r1", "r2"});
  CHECK(manifest.splits[2][0].scenario == "ssp245");
  // Insolation is always there, computed unless files are given.
  REQUIRE(manifest.forcings.size() == 2);
  CHECK(manifest.forcings[1].first == "rsdt");
  CHECK(manifest.forcings[1].second.computed);
}

TEST_CASE("a manifest with everything in it; channels are in the order of the paper") {
  const TemporaryFolder folder;
  const ClimateManifest manifest = read(folder, R"({
    "grid": {"height": 48, "width": 72}, "regridding": "bilinear",
    "scenarios": {"low": ["r1", "r2"]},
    "targets": {"pr": {"files": ["a.nc", "b.nc"], "variable": "rain", "unit": "mm/day"}, "tas": "c.nc"},
    "forcings": {"rsdt": "sun.nc", "CH4": {"files": "x.csv", "variable": "Emissions|CH4", "region": "Asia"},
                 "CO2": {"files": "x.csv", "variable": "Emissions|CO2", "summed": true}},
    "splits": {"train": [{"scenario": "low", "members": ["r2"], "years": [2015, 2080]}],
               "test": [{"scenario": "low", "last_months": 240}]}})");
  CHECK(manifest.grid->height() == 48);
  CHECK(manifest.method == RegridMethod::bilinear);
  CHECK(manifest.targets[0].first == "tas");
  CHECK(manifest.targets[0].second.variable == "tas");
  CHECK(manifest.targets[1].second.patterns == std::vector<std::string>{"a.nc", "b.nc"});
  CHECK(manifest.targets[1].second.variable == "rain");
  CHECK(manifest.targets[1].second.unit == "mm/day");
  REQUIRE(manifest.forcings.size() == 3);
  CHECK(manifest.forcings[0].first == "CO2");
  CHECK(manifest.forcings[0].second.summed);
  CHECK(manifest.forcings[0].second.region == "World");
  CHECK(manifest.forcings[1].second.region == "Asia");
  CHECK(manifest.forcings[2].first == "rsdt");
  CHECK_FALSE(manifest.forcings[2].second.computed);
  const ClimatePart& part = manifest.splits[0][0];
  CHECK(part.members == std::vector<std::string>{"r2"});
  CHECK(part.first_year == 2015);
  CHECK(part.last_year == 2080);
  CHECK(manifest.splits[1].empty());
}

TEST_CASE("the files of a pattern, beside the manifest, sorted") {
  const TemporaryFolder folder;
  for (const char* name : {"tas_low_r1_2050.nc", "tas_low_r1_2015.nc", "tas_low_r2_2015.nc"})
    std::ofstream(folder / name);
  const ClimateManifest manifest = read(
      folder,
      std::string(
          R"({"scenarios": {"low": "r1"}, "splits": {"train": [{"scenario": "low"}], "test": [{"scenario": "low"}]},)") +
          forcings + "}");
  const auto& files = manifest.targets[0].second;
  CHECK(manifest.files(files, "low", "r1") ==
        std::vector<std::filesystem::path>{folder / "tas_low_r1_2015.nc", folder / "tas_low_r1_2050.nc"});
  CHECK_THROWS_WITH_AS(manifest.files(files, "high", "r1"),
                       ((folder / "tas_high_r1_*.nc").string() +
                        ": no such file; mend tas_{scenario}_{member}_*.nc in " + (folder / "m.json").string())
                           .c_str(),
                       InputError);
}

TEST_CASE("what stands for itself in a pattern: the manifest's folder, scenarios and members") {
  const TemporaryFolder folder;
  const std::filesystem::path odd = folder / R"(run[1]*\?)";
  std::filesystem::create_directories(odd);
  for (const char* name : {"tas_low*_r[1]_2015.nc", "tas_lower_r1_2015.nc"}) std::ofstream(odd / name);
  std::ofstream(odd / "m.json") << R"({"scenarios": {"low*": "r[1]"},
      "splits": {"train": [{"scenario": "low*"}], "test": [{"scenario": "low*"}]},)" +
                                       std::string(forcings) + "}";
  const ClimateManifest manifest = read_climate_manifest(odd / "m.json");
  CHECK(manifest.files(manifest.targets[0].second, "low*", "r[1]") ==
        std::vector<std::filesystem::path>{odd / "tas_low*_r[1]_2015.nc"});
}

TEST_CASE("manifests that cannot be followed are refused in one line with the place") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text, const std::string& message) {
    CHECK_THROWS_WITH_AS(read(folder, text), ((folder / "m.json").string() + ": " + message).c_str(), InputError);
  };
  const std::string begin = R"({"scenarios": {"low": ["r1"]}, )", whole = begin + forcings;
  const std::string test = R"("test": [{"scenario": "low"}])";
  refused(whole + R"(, "split": {}})", "split is not a known key; did you mean splits?");
  refused("{" + std::string(forcings) + "}", "scenarios is missing; add it");
  refused(whole + "}", "splits is missing, and there is no ssp126 for those of the paper; add \"splits\"");
  refused(whole + R"(, "splits": {"train": [{"scenario": "hihg"}], )" + test + "}}",
          "splits.train[0].scenario is \"hihg\"; known are low");
  refused(whole + R"(, "splits": {"train": [{"scenario": "low", "members": ["r2"]}], )" + test + "}}",
          "splits.train[0].members[0] is \"r2\"; did you mean r1?");
  refused(whole + R"(, "splits": {"train": [{"scenario": "low", "years": [2080, 2015]}], )" + test + "}}",
          "splits.train[0].years[1] is 2015; give an integer of at least 2080");
  refused(whole + R"(, "splits": {"train": [{"scenario": "low", "years": [2015, 4294969316]}], )" + test + "}}",
          "splits.train[0].years[1] is 4294969316; give 2015 to 9999");
  refused(whole + R"(, "splits": {"train": [], )" + test + "}}", "splits.train is []; give at least one scenario");
  refused(whole + R"(, "splits": {"train": [{"scenario": "low"}]}})", "splits.test is missing; add it");
  refused(whole + R"(, "grid": {"height": 2, "width": 72}})", "grid.height is 2; give an integer of at least 4");
  refused(whole + R"(, "regridding": "nearest"})", "regridding is \"nearest\"; known are conservative, bilinear");
  refused(begin + R"("targets": {"tas": 7}, "forcings": {"CO2": "co2.nc"}})",
          "targets.tas is 7; give a text in quotes, or a list of them");
  refused(begin + R"("targets": {}, "forcings": {"CO2": "co2.nc"}})", "targets is {}; give tas, pr or both");
  refused(begin + R"("targets": {"tas": "a.nc"}, "forcings": {"rsdt": "computed"}})",
          "forcings is {\"rsdt\":\"computed\"}; give at least one of CO2, SO2, CH4 and BC");
  refused(begin + R"("targets": {"ta": "a.nc"}, "forcings": {}})", "targets.ta is not a known key; did you mean tas?");
  refused(R"({"scenarios": {"low, high": ["r1"]}, )" + std::string(forcings) + "}",
          "scenarios.low, high is [\"r1\"]; give names without commas and blanks");
}
