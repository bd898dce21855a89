#include <doctest/doctest.h>

#include <cmath>

#include "datasets/radar/radar_files.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("KNMI: rain in 5 min becomes mm/h at its end, 65535 is missing") {
  const TemporaryFolder folder;
  KnmiFile().write(folder / "a.h5");
  const auto images = list_radar_images(folder / "a.h5");
  REQUIRE(images.size() == 1);
  CHECK(images[0].time == 1282781100);  // 2010-08-26 00:05 UTC
  CHECK(images[0].sequence == 0);
  const RadarFrame frame = read_radar_image(images[0]);
  CHECK(frame.grid.height == 2);
  CHECK(frame.grid.width == 3);
  CHECK(frame.grid.pixel_height == 1000);
  CHECK(frame.grid.projection == "+proj=stere");
  CHECK(frame.grid.corners[3][1] == 48);
  CHECK(frame.values[0] == 0);
  CHECK(frame.values[1] == doctest::Approx(0.12));
  CHECK(frame.values[2] == doctest::Approx(12));
  CHECK(std::isnan(frame.values[3]));
  CHECK(frame.values[5] == doctest::Approx(0.96));
}

TEST_CASE("KNMI: reflectivities by their formula") {
  const TemporaryFolder folder;
  KnmiFile file;
  file.parameter = "REFLECTIVITY_[DBZ]", file.formula = "GEO = 0.5 * PV + -32.0";
  file.write(folder / "a.h5");
  const RadarFrame frame = read_radar_image(list_radar_images(folder / "a.h5")[0]);
  CHECK(frame.values[2] == doctest::Approx(std::pow(std::pow(10, 1.8) / 200, 0.625)));  // 18 dBZ
  CHECK(frame.values[0] < 0.001);
}

TEST_CASE("KNMI: what cannot be understood is refused") {
  const TemporaryFolder folder;
  const auto refused_for = [&](const KnmiFile& file, const char* problem) {
    file.write(folder / "a.h5");
    CHECK_THROWS_WITH_AS(list_radar_images(folder / "a.h5"), doctest::Contains(problem), InputError);
  };
  KnmiFile file;
  SUBCASE("time") {
    file.end = "26-XXX-2010;00:05:00.000";
    refused_for(file, "not a time like 26-AUG-2010");
  }
  SUBCASE("period") {
    file.begin = file.end;
    refused_for(file, "amounts are no rates");
  }
  SUBCASE("quantity") {
    file.parameter = "ECHO_TOP_[KM]";
    refused_for(file, "image_geo_parameter is 'ECHO_TOP_[KM]'");
  }
  SUBCASE("formula") {
    file.formula = "unknown";
    refused_for(file, "calibration_formulas is 'unknown'");
  }
}
