#include "datasets/climate/climate_series.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/datasets/climate/climate_file_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("a climate series: years of several files in a row, a gap, an overlap that is reported") {
  const TemporaryFolder folder;
  ClimateFileMaker early, late, last;
  late.begin = month_of(2016, 7), late.months = 12;  // 6 months of `early` once more
  late.value = [](ClimateMonth, double, double) { return 300; };
  last.begin = month_of(2018, 1), last.months = 12;
  early.write(folder / "a.nc"), late.write(folder / "b.nc"), last.write(folder / "c.nc");
  std::vector<std::string> notes;
  ClimateSeries series({folder / "a.nc", folder / "b.nc", folder / "c.nc"}, "tas", "", notes);
  CHECK(notes == std::vector<std::string>{(folder / "b.nc").string() +
                                          ": 6 of its months, 2016-07 to 2016-12, are in an earlier file too; "
                                          "those are used"});
  CHECK(series.begin() == month_of(2015, 1));
  CHECK(series.end() == month_of(2019, 1));
  CHECK(series.has(month_of(2017, 6)));
  CHECK_FALSE(series.has(month_of(2017, 7)));
  CHECK_FALSE(series.yearly());
  CHECK(series.read(month_of(2016, 12))[0] < 290);
  CHECK(series.read(month_of(2017, 1))[0] == 300);
  CHECK(series.read(month_of(2016, 12))[0] < 290);
}

TEST_CASE("a climate series: yearly values are recognised by their months") {
  const TemporaryFolder folder;
  ClimateFileMaker yearly;
  yearly.step = 12, yearly.months = 3;
  yearly.write(folder / "a.nc");
  std::vector<std::string> notes;
  const ClimateSeries series({folder / "a.nc"}, "tas", "", notes);
  CHECK(series.yearly());
  CHECK(series.years() == std::vector<std::int32_t>{2015, 2016, 2017});
}

TEST_CASE("a climate series: files whose degrees differ by rounding are on the first one's grid") {
  const TemporaryFolder folder;
  ClimateFileMaker early, late;
  late.begin = month_of(2017, 1);
  for (double& latitude : late.latitudes) latitude += latitude > 0 ? 1e-5 : -1e-13;
  for (double& longitude : late.longitudes) longitude += 1e-5;
  early.write(folder / "a.nc"), late.write(folder / "b.nc");
  std::vector<std::string> notes;
  ClimateSeries series({folder / "a.nc", folder / "b.nc"}, "tas", "", notes);
  CHECK(series.end() == month_of(2019, 1));
  CHECK(series.first().grid().latitudes == early.latitudes);
  CHECK_FALSE(series.regrid({late.latitudes, late.longitudes}, RegridMethod::conservative));
}

TEST_CASE("a climate series: on another grid") {
  const TemporaryFolder folder;
  ClimateFileMaker maker;
  maker.value = [](ClimateMonth, double, double longitude) { return longitude; };
  maker.write(folder / "a.nc");
  std::vector<std::string> notes;
  ClimateSeries series({folder / "a.nc"}, "tas", "", notes);
  CHECK_FALSE(series.regrid(series.first().grid(), RegridMethod::conservative));
  CHECK(series.regrid({{-45, 45}, {30, 150, 270}}, RegridMethod::conservative));
  CHECK(series.read(month_of(2015, 1)) == std::vector<float>{30, 150, 270, 30, 150, 270});  // 0 and 60, 120 and 180
}

TEST_CASE("files that do not belong together, and days, are refused") {
  const TemporaryFolder folder;
  ClimateFileMaker one, other;
  other.begin = month_of(2017, 1);
  const auto refused = [&](const std::string& message) {
    one.write(folder / "a.nc"), other.write(folder / "b.nc");
    std::vector<std::string> notes;
    CHECK_THROWS_WITH_AS(ClimateSeries({folder / "a.nc", folder / "b.nc"}, "tas", "", notes), message.c_str(),
                         InputError);
  };
  const std::string a = (folder / "a.nc").string(), b = (folder / "b.nc").string();
  SUBCASE("another grid") {
    other.longitudes = {0, 90, 180, 270};
    refused(b + ": is not on the same grid as in " + a + "; give files of one run of one model");
  }
  SUBCASE("another unit") {
    other.unit = "degC";
    refused(b + ": is in 'degC', not 'K' as in " + a + "; give files of one run of one model");
  }
  SUBCASE("days") {
    one.step = 0;
    refused(a + ": has several moments in 2015-01; give monthly means, as 'cdo monmean' makes them");
  }
}
