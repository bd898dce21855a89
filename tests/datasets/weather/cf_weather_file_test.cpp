#include "datasets/weather/cf_weather_file.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "search/base/error.hpp"
#include "tests/datasets/netcdf_maker.hpp"
#include "tests/datasets/weather/cf_weather_maker.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

std::vector<float> counting(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i);
  return values;
}

std::string refusal(const ClimateMaker& maker) {
  const TemporaryFolder folder;
  maker.write(folder / "a.nc");
  return stormsweep::refusal([&] { CfWeatherFile(folder / "a.nc"); });
}

}  // namespace

TEST_CASE("CF weather file: fields by their names, of both formats, each time, missing values as NaN") {
  const TemporaryFolder folder;
  for (const int format : {NC_CLASSIC_MODEL, NC_NETCDF4}) {
    ClimateMaker maker;
    maker.format = format, maker.times = 2;
    maker.fields["IVT"] = counting(24), maker.fields["TQV"] = counting(24);
    maker.fields["IVT"][13] = maker.fill, maker.fields["IVT"][14] = 1e37f;
    maker.write(folder / "a.nc");
    const CfWeatherFile file(folder / "a.nc");
    CHECK(file.moments() == 2);
    CHECK(file.grid().latitudes == maker.latitudes);
    CHECK(file.grid().longitudes == maker.longitudes);
    CHECK(file.grid().periodic());
    CHECK(file.has(LabelField::tmq));
    CHECK(!file.has(LabelField::psl));
    const auto values = file.read(LabelField::transport, 1);
    REQUIRE(values.size() == 12);
    CHECK(values[0] == 12);
    CHECK(std::isnan(values[1]));
    CHECK(std::isnan(values[2]));
    CHECK(values[11] == 23);
  }
}

TEST_CASE("CF weather file: standard names identify fields; units of pressure and packing are respected") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.latitude_name = "latitude", maker.longitude_name = "longitude";
  maker.fields["column"] = counting(12), maker.fields["pmsl"] = std::vector<float>(12, 1013);
  maker.attributes["column"]["standard_name"] = "atmosphere_mass_content_of_water_vapor";
  maker.attributes["pmsl"] = {{"standard_name", "air_pressure_at_mean_sea_level"}, {"units", "hPa"}};
  maker.write(folder / "a.nc");
  const CfWeatherFile file(folder / "a.nc");
  CHECK(file.moments() == 1);
  CHECK(file.read(LabelField::tmq, 0)[5] == 5);
  CHECK(file.read(LabelField::psl, 0)[5] == 101300);

  int id = 0, column = 0;
  const float scale = 0.5f, offset = 3;
  REQUIRE(nc_open((folder / "a.nc").c_str(), NC_WRITE, &id) == NC_NOERR);
  nc_redef(id);
  nc_inq_varid(id, "column", &column);
  nc_put_att_float(id, column, "scale_factor", NC_FLOAT, 1, &scale);
  nc_put_att_float(id, column, "add_offset", NC_FLOAT, 1, &offset);
  nc_close(id);
  CHECK(CfWeatherFile(folder / "a.nc").read(LabelField::tmq, 0)[5] == 5.5f);
}

TEST_CASE("CF weather file: units as people write them, and none; one that is not understood is refused") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  for (const char* const name : {"TMQ", "PSL", "U850", "V850", "T500"}) maker.fields[name] = counting(12);
  maker.attributes = {{"TMQ", {{"units", "mm"}}},
                      {"PSL", {{"units", "mb"}}},
                      {"U850", {{"units", "kts"}}},
                      {"T500", {{"units", "degC"}}}};
  maker.write(folder / "a.nc");
  const CfWeatherFile file(folder / "a.nc");
  CHECK(file.read(LabelField::tmq, 0)[5] == 5);
  CHECK(file.read(LabelField::psl, 0)[5] == 500);
  CHECK(file.read(LabelField::u850, 0)[5] == doctest::Approx(5 * 1852 / 3600.));
  CHECK(file.read(LabelField::v850, 0)[5] == 5);
  CHECK(file.read(LabelField::t500, 0)[5] == doctest::Approx(278.15));
  maker.attributes["TMQ"]["units"] = "m";
  maker.write(folder / "a.nc");
  CHECK(CfWeatherFile(folder / "a.nc").read(LabelField::tmq, 0)[5] == 5000);
  maker.fields["IVT"] = counting(12);
  maker.attributes["IVT"]["units"] = "kg kg-1 m-1 s-1";  // ARTMIP's
  maker.write(folder / "a.nc");
  CHECK(CfWeatherFile(folder / "a.nc").read(LabelField::transport, 0)[5] == 5);
  maker.attributes["PSL"]["units"] = "zorkmids";
  CHECK(refusal(maker).ends_with(
      "a.nc: PSL is in 'zorkmids', which is not understood; give it in Pa, or mend its units"));
}

TEST_CASE("CF weather file: moisture in an unknown unit is left out where another field shows rivers") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.fields["IVT"] = maker.fields["QREFHT"] = counting(12);
  maker.attributes["QREFHT"]["units"] = "g m-3";
  maker.write(folder / "a.nc");
  CHECK(CfWeatherFile(folder / "a.nc").has(LabelField::transport));
  CHECK(!CfWeatherFile(folder / "a.nc").has(LabelField::q));
  maker.fields["huss"] = counting(12);  // the same, in another unit
  maker.attributes["huss"]["units"] = "g kg-1";
  maker.write(folder / "a.nc");
  CHECK(CfWeatherFile(folder / "a.nc").read(LabelField::q, 0)[5] == 0.005f);
  maker.fields.erase("IVT"), maker.fields.erase("huss");
  maker.fields["U850"] = maker.fields["V850"] = counting(12);
  CHECK(refusal(maker).ends_with(
      "a.nc: QREFHT is in 'g m-3', which is not understood; give it in kg kg-1, or mend its units"));
  maker.fields["TMQ"] = counting(12);
  CHECK(refusal(maker).empty());
}

TEST_CASE("CF weather file: fields with one time and without any") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("time", 1), maker.dimension("lat", 2), maker.dimension("lon", 4);
    maker.variable("time", NC_INT, {"time"}, {0}, {{"units", "hours since 2020-01-01"}});
    maker.variable("lat", NC_DOUBLE, {"lat"}, {-45, 45}, {{"units", "degrees_north"}});
    maker.variable("lon", NC_DOUBLE, {"lon"}, {0, 90, 180, 270}, {{"units", "degrees_east"}});
    maker.variable("IVT", NC_DOUBLE, {"time", "lat", "lon"}, {0, 1, 2, 3, 4, 5, 6, 7});
    maker.variable("TMQ", NC_DOUBLE, {"lat", "lon"}, {10, 11, 12, 13, 14, 15, 16, 17});
  }
  const CfWeatherFile file(folder / "a.nc");
  CHECK(file.moments() == 1);
  CHECK(file.read(LabelField::transport, 0)[5] == 5);
  CHECK(file.read(LabelField::tmq, 0)[5] == 15);
}

TEST_CASE("CF weather file: longitudes that begin in the middle of the Earth's count go on beyond 360") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.longitudes = {180, 270, 0, 90};
  maker.fields["IVT"] = counting(12);
  maker.write(folder / "a.nc");
  CHECK(CfWeatherFile(folder / "a.nc").grid().longitudes == std::vector<double>{180, 270, 360, 450});
  CHECK(CfWeatherFile(folder / "a.nc").grid().periodic());
}

TEST_CASE(
    "CF weather file: fields on pressure levels, with axes recognised by ERA5's names or by units, in any order") {
  const TemporaryFolder folder;
  for (const bool turned : {false, true}) {
    CAPTURE(turned);
    const std::vector<std::string> names =
        turned ? std::vector<std::string>{"p", "a", "b", "t0"}
               : std::vector<std::string>{"valid_time", "pressure_level", "latitude", "longitude"};
    const std::string &time = names[turned ? 3 : 0], &level = names[turned ? 0 : 1], &latitude = names[2],
                      &longitude = names[turned ? 1 : 3];
    {
      NetcdfMaker maker(folder / "a.nc");
      maker.dimension(time.c_str(), 2), maker.dimension(level.c_str(), 3);
      maker.dimension(latitude.c_str(), 3), maker.dimension(longitude.c_str(), 4);
      maker.variable(time, NC_INT, {time}, {0, 6}, {{"units", "hours since 2020-01-01"}});
      maker.variable(level, NC_DOUBLE, {level},
                     turned ? std::vector<double>{20000, 50000, 85000} : std::vector<double>{850, 500, 200},
                     {{"units", turned ? "Pa" : "millibars"}});
      maker.variable(latitude, NC_DOUBLE, {latitude}, {60, 0, -60}, {{"units", "degrees_north"}});
      maker.variable(longitude, NC_DOUBLE, {longitude}, {0, 90, 180, 270}, {{"units", "degrees_east"}});
      std::vector<double> values;  // time * 1000 + pressure (hPa) + row / 10 + column / 100
      for (int i = 0; i < 72; ++i) {
        const int t = turned ? i % 2 : i / 36, row = turned ? i / 2 % 3 : i / 4 % 3,
                  column = turned ? i / 6 % 4 : i % 4;
        const int pressure = turned ? std::array{200, 500, 850}[i / 24] : std::array{850, 500, 200}[i / 12 % 3];
        values.push_back(1000 * t + pressure + 0.1 * row + 0.01 * column);
      }
      for (const char* const name : {"u", "v"}) maker.variable(name, NC_DOUBLE, names, values, {{"units", "m s**-1"}});
      maker.variable("q", NC_DOUBLE, names, values, {{"units", "g/kg"}});
      maker.variable("t", NC_DOUBLE, names, values, {{"units", "degC"}});
    }
    const CfWeatherFile file(folder / "a.nc");
    CHECK(file.moments() == 2);
    CHECK(file.grid().latitudes == std::vector<double>{60, 0, -60});
    CHECK(file.grid().longitudes == std::vector<double>{0, 90, 180, 270});
    CHECK(file.read(LabelField::u850, 1)[6] == doctest::Approx(1850.12));  // row 1, column 2
    CHECK(file.read(LabelField::q, 0)[11] == doctest::Approx(0.85023));
    CHECK(file.read(LabelField::t200, 0)[0] == doctest::Approx(473.15));
    CHECK(file.read(LabelField::t500, 1)[4] == doctest::Approx(1773.25));
  }
}

TEST_CASE("CF weather file: what cannot be used is refused with the file's name and a remedy") {
  ClimateMaker maker;
  maker.fields["snow"] = counting(12);
  CHECK(refusal(maker).find("a.nc: has no moisture field to find rivers in; give a NetCDF file with IVT") !=
        std::string::npos);
  maker.fields["IVT"] = counting(12);
  CHECK(refusal(maker).empty());
  ClimateMaker uneven = maker, beyond = maker, named = maker;
  uneven.latitudes = {-60, 0, 30};
  CHECK(refusal(uneven).find("not evenly apart; interpolate") != std::string::npos);
  beyond.latitudes = {-100, 0, 100};
  CHECK(refusal(beyond).find("latitudes beyond 90 degrees") != std::string::npos);
  named.latitude_name = "y";
  CHECK(refusal(named).find("y of IVT is no latitude; give fields on") != std::string::npos);

  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(CfWeatherFile(folder / "none.nc"), doctest::Contains("no such file"), InputError);
  std::filesystem::create_directories(folder / "b.nc");
  CHECK_THROWS_WITH_AS(CfWeatherFile(folder / "b.nc"), doctest::Contains("b.nc: cannot be read as NetCDF"), InputError);
}
