#include "datasets/weather/cf_weather_file.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "search/base/error.hpp"
#include "tests/datasets/weather/cf_weather_maker.hpp"
#include "tests/folder.hpp"

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
  try {
    ClimateFile(folder / "a.nc");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("climate file: fields by their names, of both formats, each time, missing values as NaN") {
  const TemporaryFolder folder;
  for (const int format : {NC_CLASSIC_MODEL, NC_NETCDF4}) {
    ClimateMaker maker;
    maker.format = format, maker.times = 2;
    maker.fields["IVT"] = counting(24), maker.fields["TQV"] = counting(24);
    maker.fields["IVT"][13] = maker.fill, maker.fields["IVT"][14] = 1e37f;
    maker.write(folder / "a.nc");
    const ClimateFile file(folder / "a.nc");
    CHECK(file.moments() == 2);
    CHECK(file.grid().latitudes == maker.latitudes);
    CHECK(file.grid().longitudes == maker.longitudes);
    CHECK(file.grid().periodic());
    CHECK(file.has(ClimateField::tmq));
    CHECK(!file.has(ClimateField::psl));
    const auto values = file.read(ClimateField::transport, 1);
    REQUIRE(values.size() == 12);
    CHECK(values[0] == 12);
    CHECK(std::isnan(values[1]));
    CHECK(std::isnan(values[2]));
    CHECK(values[11] == 23);
  }
}

TEST_CASE("climate file: standard names tell, units of pressure and packed numbers are minded") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.latitude_name = "latitude", maker.longitude_name = "longitude";
  maker.fields["column"] = counting(12), maker.fields["pmsl"] = std::vector<float>(12, 1013);
  maker.attributes["column"]["standard_name"] = "atmosphere_mass_content_of_water_vapor";
  maker.attributes["pmsl"] = {{"standard_name", "air_pressure_at_mean_sea_level"}, {"units", "hPa"}};
  maker.write(folder / "a.nc");
  const ClimateFile file(folder / "a.nc");
  CHECK(file.moments() == 1);
  CHECK(file.read(ClimateField::tmq, 0)[5] == 5);
  CHECK(file.read(ClimateField::psl, 0)[5] == 101300);

  int id = 0, column = 0;
  const float scale = 0.5f, offset = 3;
  REQUIRE(nc_open((folder / "a.nc").c_str(), NC_WRITE, &id) == NC_NOERR);
  nc_redef(id);
  nc_inq_varid(id, "column", &column);
  nc_put_att_float(id, column, "scale_factor", NC_FLOAT, 1, &scale);
  nc_put_att_float(id, column, "add_offset", NC_FLOAT, 1, &offset);
  nc_close(id);
  CHECK(ClimateFile(folder / "a.nc").read(ClimateField::tmq, 0)[5] == 5.5f);
}

TEST_CASE("climate file: longitudes that begin in the middle of the Earth's count go on beyond 360") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.longitudes = {180, 270, 0, 90};
  maker.fields["IVT"] = counting(12);
  maker.write(folder / "a.nc");
  CHECK(ClimateFile(folder / "a.nc").grid().longitudes == std::vector<double>{180, 270, 360, 450});
  CHECK(ClimateFile(folder / "a.nc").grid().periodic());
}

TEST_CASE("climate file: what cannot be used is refused with the file's name and a remedy") {
  ClimateMaker maker;
  maker.fields["snow"] = counting(12);
  CHECK(refusal(maker).find("a.nc: has no moisture that a river could be told by; give a NetCDF file with IVT") !=
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
  CHECK_THROWS_WITH_AS(ClimateFile(folder / "none.nc"), doctest::Contains("no such file"), InputError);
  std::filesystem::create_directories(folder / "b.nc");
  CHECK_THROWS_WITH_AS(ClimateFile(folder / "b.nc"), doctest::Contains("b.nc: cannot be read as NetCDF"), InputError);
}
