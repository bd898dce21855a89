#include "datasets/radar/netcdf_rain.hpp"

#include <doctest/doctest.h>

#include "tests/datasets/netcdf_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
using radar::Meaning;
using radar::NetcdfChoice;

namespace {

struct Named {
  std::string name;
  NetcdfMaker::Texts texts = {};
};

/// What is taken from a file of fields [y, x].
NetcdfChoice choose(const std::vector<Named>& fields, const std::string& name = "", const char* group = nullptr) {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    if (group) maker.group(group);
    maker.dimension("y", 2), maker.dimension("x", 3);
    for (const Named& field : fields) maker.variable(field.name, NC_FLOAT, {"y", "x"}, {}, field.texts);
  }
  return radar::choose_rain(open_netcdf(folder / "a.nc"), "a.nc", name);
}

Named rate(const char* name) {
  return {name, {{"units", "mm/hr"}}};
}

}  // namespace

TEST_CASE("NetCDF rain: units say what the numbers mean") {
  const auto check = [](const char* unit, Meaning meaning, double factor) {
    CAPTURE(unit);
    const NetcdfChoice choice = choose({{"precipitation", {{"units", unit}}}});
    CHECK(choice.rain.meaning == meaning);
    CHECK(choice.rain.factor == doctest::Approx(factor));
  };
  check("mm/hour", Meaning::rate, 1), check("kg m-2 day-1", Meaning::rate, 1 / 24.);
  check("m s**-1", Meaning::rate, 3.6e6), check("kg/m2/s", Meaning::rate, 3600);
  check("mm", Meaning::amount, 1), check("m", Meaning::amount, 1000), check("kg", Meaning::amount, 1);
  check("kg.m-2", Meaning::amount, 1), check("inches", Meaning::amount, 25.4);
  check("dBz", Meaning::reflectivity, 1), check("DBZ", Meaning::reflectivity, 1);
}

TEST_CASE("NetCDF rain: recognised by names without a standard name, and by decibels") {
  for (const char* const name : {"tp", "prcp", "qpe", "rr", "pr", "RAINRATE", "radar_estimated_rain_rate", "precip"})
    CHECK(choose({{name, {{"units", "mm"}}}}).rain.variable.name == name);
  for (const char* const name : {"refl", "anything"})
    CHECK(choose({{name, {{"units", "dBZ"}}}}).rain.meaning == Meaning::reflectivity);
  CHECK(choose({{"field", {{"units", "kg m-2 s-1"}, {"standard_name", "precipitation_flux"}}}}).rain.factor == 3600);
}

TEST_CASE("NetCDF rain: recognised by the long name where no other name does") {
  const Named nameless{"RhiresD", {{"units", "mm/day"}, {"long_name", "Daily precipitation sum"}}};
  CHECK(choose({nameless, {"TabsD", {{"units", "K"}}}}).rain.variable.name == "RhiresD");
  CHECK(choose({nameless, rate("rr")}).rain.variable.name == "rr");
}

TEST_CASE("NetCDF rain: of several fields the whole rain is taken, and the others are reported") {
  const NetcdfChoice imerg = choose({rate("HQprecipitation"),
                                     rate("IRprecipitation"),
                                     rate("precipitationCal"),
                                     rate("precipitationUncal"),
                                     rate("randomError"),
                                     {"precipitationQualityIndex", {{"units", "mm/hr"}}}});
  CHECK(imerg.rain.variable.name == "precipitationCal");
  CHECK(
      imerg.note ==
      "precipitationCal is taken; it also holds HQprecipitation, IRprecipitation, precipitationUncal: --variable NAME "
      "takes another");
  const NetcdfChoice crr = choose({{"crr_accum", {{"units", "mm"}}},
                                   rate("crr_intensity"),
                                   {"crr_quality", {{"units", "mm/h"}, {"flag_meanings", "bad good"}}}});
  CHECK(crr.rain.variable.name == "crr_intensity");
  CHECK(choose({rate("convective_rainfall_rate"), rate("rainfall_rate")}).rain.variable.name == "rainfall_rate");
  CHECK(choose({rate("rain")}).note.empty());
}

TEST_CASE("NetCDF rain: heights above the sea are not rain, and fields with times go before those without") {
  for (const char* const name : {"z", "zh", "ref", "terrain"}) {
    CAPTURE(name);
    const NetcdfChoice choice = choose({{name, {{"units", "m"}}}, {"rr", {{"units", "mm"}}}});
    CHECK(choice.rain.variable.name == "rr");
    CHECK(choice.note.empty());
    CHECK_THROWS_WITH_AS(choose({{name, {{"units", "m"}}}}), doctest::Contains("holds no radar images"), InputError);
  }
  CHECK(choose({{"z", {{"units", "dBZ"}}}}).rain.meaning == Meaning::reflectivity);
  CHECK_THROWS_WITH_AS(choose({{"z", {}}}), doctest::Contains("its rain is not understood: z (without a unit)"),
                       InputError);
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("time", 4), maker.dimension("y", 2), maker.dimension("x", 3);
    maker.variable("rain_climatology", NC_FLOAT, {"y", "x"}, {}, {{"units", "mm/h"}});
    maker.variable("rain", NC_FLOAT, {"time", "y", "x"}, {}, {{"units", "mm"}});
  }
  CHECK(radar::choose_rain(open_netcdf(folder / "a.nc"), "a.nc", "").rain.variable.name == "rain");
}

TEST_CASE("NetCDF rain: in a group, and by name") {
  CHECK(choose({rate("precipitation")}, "", "Grid").rain.variable.name == "Grid/precipitation");
  CHECK(choose({rate("precipitation"), rate("other")}, "other", "Grid").rain.variable.name == "Grid/other");
  CHECK(choose({rate("precipitation"), rate("other")}, "Grid/other", "Grid").rain.variable.name == "Grid/other");
  CHECK(choose({rate("precipitation"), rate("HQprecipitation")}, "HQprecipitation").note.empty());
  CHECK_THROWS_WITH_AS(choose({rate("rain"), rate("hail")}, "snow"),
                       "a.nc: has no variable snow; give --variable one of rain, hail", InputError);
  CHECK_THROWS_WITH_AS(choose({{"rain", {{"units", "K"}}}}, "rain"),
                       doctest::Contains("a.nc: rain is [y = 2, x = 3], in the unit 'K': no images of rain; give"),
                       InputError);
}

TEST_CASE("NetCDF rain: quality, sources and flags are not rain") {
  for (const char* const name : {"rain_quality", "HQprecipSource", "precipitation_flag",
                                 "probabilityLiquidPrecipitation", "HQobservationTime", "rain_error"}) {
    CAPTURE(name);
    CHECK_THROWS_WITH_AS(choose({rate(name)}), doctest::Contains("no variable is named as rain; if one of "),
                         InputError);
  }
  CHECK_THROWS_WITH_AS(choose({{"t2m", {{"units", "K"}}}}),
                       doctest::Contains("holds no radar images that stormsweep knows"), InputError);
  CHECK_THROWS_WITH_AS(choose({{"rain", {}}}),
                       doctest::Contains("its rain is not understood: rain (without a unit) [y = 2, x = 3]"),
                       InputError);
}
