#include "datasets/climate/emissions_table.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

std::filesystem::path table(const TemporaryFolder& folder, const std::string& lines) {
  const auto path = folder / "emissions.csv";
  std::ofstream(path) << "Model,Scenario,Region,Variable,Unit,2014,2015,2016,2020\n" << lines;
  return path;
}

}  // namespace

TEST_CASE("a table of emissions: yearly, then with years left out, linear between the middles of years") {
  const TemporaryFolder folder;
  const EmissionsTable emissions(table(folder,
                                       "\"A, \"\"B\"\"\",ssp126,World,Emissions|CO2,Mt CO2/yr,12,24,,84\r\n"
                                       "A,ssp585,World,Emissions|CO2,Mt CO2/yr,12,24,,144\n"
                                       "A,ssp126,Asia,Emissions|CO2,Mt CO2/yr,1,2,3,4\n"));
  const YearlyNumbers series = emissions.series("ssp126", "Emissions|CO2", "World");
  CHECK(series.unit == "Mt CO2/yr");
  CHECK(series.years == std::vector<std::int32_t>{2014, 2015, 2020});
  CHECK(series.begin() == month_of(2014, 1));
  CHECK(series.end() == month_of(2021, 1));
  CHECK(series.at(month_of(2014, 1)) == 12);
  CHECK(series.at(month_of(2015, 6)) == doctest::Approx(24 - 12 * 0.5 / 12));
  CHECK(series.at(month_of(2018, 1)) == doctest::Approx(24 + 60 * 30.5 / 60));  // 30.5 of 60 months on
  CHECK(series.at(month_of(2020, 12)) == 84);
  CHECK(emissions.series("ssp126", "Emissions|CO2", "Asia").at(month_of(2016, 7)) == doctest::Approx(3 + 0.5 / 48));
}

TEST_CASE("sums of emissions: what a yearly rate comes to by the end of each month") {
  const YearlyNumbers even{"Mt CO2/yr", {2014, 2015}, {12, 12}};
  const auto sums = even.sums();
  REQUIRE(sums.size() == 24);
  CHECK(sums[0] == doctest::Approx(1));
  CHECK(sums[23] == doctest::Approx(24));
  // From 0 to 24 between the years' middles: half a year at 0, a year at 12 on average, half a year at 24.
  CHECK(YearlyNumbers{"", {2014, 2015}, {0, 24}}.sums().back() == doctest::Approx(24));
}

TEST_CASE("tables that do not hold what is asked for are refused in one line with the remedy") {
  const TemporaryFolder folder;
  const std::string line = "A,ssp126,World,Emissions|CO2,Mt CO2/yr,12,24,,84\n";
  const auto path = table(folder, line);
  const auto refused = [&](const std::string& message, const char* scenario = "ssp126",
                           const char* variable = "Emissions|CO2") {
    CHECK_THROWS_WITH_AS(EmissionsTable(path).series(scenario, variable, "World"), (path.string() + message).c_str(),
                         InputError);
  };
  refused(": has no Emissions|CO2 of ssp127 in World; did you mean ssp126?", "ssp127");
  refused(": has no CO2 of ssp126 in World; did you mean Emissions|CO2?", "ssp126", "CO2");
  refused(": has no Emissions|SO2 of ssp126 in World; did you mean Emissions|CO2?", "ssp126", "Emissions|SO2");
  CHECK_THROWS_WITH_AS(EmissionsTable(path).series("ssp126", "Emissions|CO2", "world"),
                       (path.string() + ": has no Emissions|CO2 of ssp126 in world; did you mean World?").c_str(),
                       InputError);
  table(folder, line + line);
  refused(": has Emissions|CO2 of ssp126 in World more than once; keep one");
  table(folder, "A,ssp126,World,Emissions|CO2,Mt CO2/yr,12,x,,84\n");
  refused(": line 2: 'x' in column 2015 is no number; mend it");
  table(folder, "A,ssp126,World,Emissions|CO2,Mt CO2/yr,12," + std::string(999, '9') + ",,84\n");
  refused(": line 2: '" + std::string(57, '9') + "...' in column 2015 is no number; mend it");
  table(folder, "B,ssp126,World,Emissions|CH4\nA,ssp126,World,Emissions|CO2,Mt CO2/yr,12,24,84\n");
  refused(": line 3 has 8 cells, not 9 as the header; mend it");
  table(folder, "");
  refused(": has no Emissions|CO2 of ssp126 in World; add such a line");
  table(folder, "A,ssp126,World,Emissions|CO2,Mt CO2/yr,,,,\n");
  refused(": Emissions|CO2 of ssp126 has no numbers; fill them in");
  std::ofstream(path) << "Scenario,Region,Variable,Unit\n";
  refused(": no column is a year; give a table as RCMIP has them");
  std::ofstream(path) << "Scenario,Region,2015\n";
  refused(": has no column Variable; give a table as RCMIP has them");
  std::ofstream(path) << "\xEF\xBB\xBFScenario,Region,Variable,Unit,2015\r\nssp126,World,Emissions|CO2,Mt CO2/yr,7\r\n";
  CHECK(EmissionsTable(path).series("ssp126", "Emissions|CO2", "World").values == std::vector<double>{7});
  CHECK_THROWS_WITH_AS(
      EmissionsTable(folder.path()),
      (folder.path().string() + ": cannot be read; give a table of emissions or concentrations as CSV").c_str(),
      InputError);
}
