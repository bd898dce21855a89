#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "datasets/radar/radar_files.hpp"
#include "tests/places.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

/// What h5py counts in the file of one image.
struct Seen {
  std::int64_t missing = 0, dry = 0;
  double highest = 0;
};

Seen look_at(const RadarImage& image) {
  const RadarFrame frame = read_radar_image(image);
  Seen seen;
  for (const float value : frame.values) {
    seen.missing += std::isnan(value), seen.dry += value == 0;
    if (value > seen.highest) seen.highest = value;
  }
  return seen;
}

void check(const RadarImage& image, const Seen& expected) {
  CAPTURE(image.path);
  const Seen seen = look_at(image);
  CHECK(seen.missing == expected.missing);
  CHECK(seen.dry == expected.dry);
  CHECK(seen.highest == doctest::Approx(expected.highest).epsilon(1e-5));
}

}  // namespace

TEST_SUITE("real data") {
  TEST_CASE("radar files: of five weather services, as h5py counts") {
    const auto data = real_data("field");
    if (!data) return;
    const auto images = [&](const char* name) { return list_radar_images(*data / name); };
    const auto nowcast = images("knmi/RAD_NL25_RAC_FM_202409041355.h5");
    REQUIRE(nowcast.size() == 25);
    CHECK(nowcast[0].time == 1725458100);  // 2024-09-04 13:55 UTC
    CHECK(nowcast[24].time == nowcast[0].time + 7200);
    check(nowcast[0], {0, 535'500 - 58'017, 165.84});
    check(nowcast[24], {0, 535'500 - 42'375, 159.36});

    // 141 is 38.5 dBZ
    check(images("knmi/RAD_NL25_PCP_CM_202106222000.h5")[0],
          {104'443, 373'019, std::pow(std::pow(10, 3.85) / 200, 0.625)});
    check(images("odim/rmi/20210704155000.rad.best.comp.rate.qpe.hdf")[0], {161'732, 238'409, 60.020824});
    check(images("odim/composite_rv_20250923_0855_000-hd5")[0], {621'995, 668'372, 22.176});
    const auto swiss = images("odim/CPC2335513304_00060.001.h5");
    check(swiss[0], {105'052, 282'919, 2.4});
    CHECK(swiss[0].grid.pixel_width == doctest::Approx(1000).epsilon(0.001));  // it says 1
    CHECK(swiss[0].note.empty());
    CHECK(images("odim/T_PAAH21_C_EUOC_20180824180000.hdf")[0].grid.pixel_width == doctest::Approx(2000).epsilon(0.02));
  }

  TEST_CASE("radar files: NetCDF of satellites, gauges and models, as netCDF4-python counts") {
    const auto data = real_data("field/netcdf");
    if (!data) return;
    const auto images = [&](const char* name) { return list_radar_images(*data / name); };
    const auto stage = images("test_stageiv_xyt.nc");  // rows go north; pixels of 4.7625 km at 60 N
    REQUIRE(stage.size() == 23);
    CHECK(stage[0].time == 1536865200);  // 2018-09-13 19:00 UTC
    check(stage[0], {0, 5580, 65.25});
    CHECK(stage[0].stored.to_north);
    CHECK(stage[0].grid.pixel_width == doctest::Approx(4762.5 / 1.186).epsilon(0.005));  // of the map's scale at 35 N
    CHECK(stage[0].grid.corners[0][1] == doctest::Approx(33.77).epsilon(0.001));

    const auto rotated = images("small_rotPole_precipitation.nc");
    check(rotated[0], {0, 0, 3.0195315});
    CHECK(rotated[0].grid.corners[0][0] == doctest::Approx(-5.31).epsilon(0.01));  // as its lat and lon say
    CHECK(rotated[0].note.starts_with("its grid mapping rotated_pole has a corner at "));

    const auto albers = images("66_20201031_000000.prcp-c10.nc");
    check(albers[0], {0, 259'620, 16.5});
    CHECK(albers[0].grid.corners[3][0] == doctest::Approx(154.55).epsilon(0.001));

    const auto trmm = images("3B42_Daily.19991231.7.test.nc");  // (lon, lat), a time only in its attributes
    CHECK(trmm[0].time == 946690200);                           // 2000-01-01 01:30 UTC
    CHECK(trmm[0].hours == 24);
    CHECK(trmm[0].grid.height == 5);
    check(trmm[0], {0, 17, 0.15 / 24});
    CHECK(images("imerg_v6_xarray_Grid.nc")[0].variable == "precipitationCal");
  }

  TEST_CASE("radar files: real polar files are recognised as such") {
    const auto data = real_data("field/odim");
    if (!data) return;
    for (const char* const name : {"bewid_pvol_20170214T0000Z_0x1.h5", "example_cfradial_ppi.nc"})
      CHECK_THROWS_WITH_AS(list_radar_images(*data / name), doctest::Contains("is polar"), InputError);
  }
}
