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
  file.formula = "GEO=0.5*PV-32.0", file.end = "26-Aug-2010;00:05:00.000";
  file.write(folder / "b.h5");
  CHECK(read_radar_image(list_radar_images(folder / "b.h5")[0]).values[2] == frame.values[2]);
}

TEST_CASE("KNMI: the missing number may be given as text") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "a.h5");
    file.attribute("overview", "product_datetime_end", std::string("22-JUN-2021;20:00:00.000"));
    file.attribute("image1", "image_geo_parameter", std::string("PRECIPITATION_RATE_[MM/H]"));
    file.attribute("image1/calibration", "calibration_formulas", std::string("GEO=0.1*PV+0"));
    file.attribute("image1/calibration", "calibration_missing_data", std::string("255"));
    file.dataset("image1", "image_data", H5T_STD_U8LE, {1, 2}, {10, 255});
  }
  const RadarFrame frame = read_radar_image(list_radar_images(folder / "a.h5")[0]);
  CHECK(frame.values[0] == 1);
  CHECK(std::isnan(frame.values[1]));
}

TEST_CASE("KNMI: where missing and the lowest number are one, it is dry; outside the image is missing") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "a.h5");
    file.attribute("overview", "product_datetime_end", std::string("22-JUN-2021;20:00:00.000"));
    file.attribute("image1", "image_geo_parameter", std::string("REFLECTIVITY_[DBZ]"));
    file.attribute("image1/calibration", "calibration_formulas", std::string("GEO = 0.500000 * PV + -32.000000"));
    file.attribute("image1/calibration", "calibration_missing_data", 0);
    file.attribute("image1/calibration", "calibration_out_of_image", 255);
    file.dataset("image1", "image_data", H5T_STD_U8LE, {1, 3}, {0, 124, 255});
    file.attribute("geographic/map_projection", "projection_name", std::string("STEREOGRAPHIC"));
  }
  const RadarFrame frame = read_radar_image(list_radar_images(folder / "a.h5")[0]);
  CHECK(frame.values[0] == 0);
  CHECK(frame.values[1] == doctest::Approx(2.734).epsilon(1e-3));  // 30 dBZ: (1000 / 200)^(1 / 1.6)
  CHECK(std::isnan(frame.values[2]));
}

namespace {

/// Images of 10 mm each at 13:55, 14:00 and 14:10 UTC; the first has the calibration of all, as in KNMI's files.
void write_nowcast(const std::filesystem::path& path, const char* last = "04-SEP-2024;14:10:00.000",
                   const char* attribute = "image_datetime_valid", hsize_t last_width = 3) {
  Hdf5Maker file(path);
  file.attribute("overview", "product_datetime_start", std::string("04-SEP-2024;13:55:00.000"));
  file.attribute("overview", "product_datetime_end", std::string("04-SEP-2024;15:55:00.000"));
  file.attribute("geographic/map_projection", "projection_name", std::string("STEREOGRAPHIC"));
  file.attribute("image1/calibration", "calibration_formulas", std::string("GEO=0.010000*PV+0.000000"));
  file.attribute("image1/calibration", "calibration_missing_data", 65534);
  file.attribute("image1/calibration", "calibration_out_of_image", 65535);
  const std::vector<std::string> times{"04-SEP-2024;13:55:00.000", "04-SEP-2024;14:00:00.000", last};
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::string group = "image" + std::to_string(i + 1);
    file.attribute(group, attribute, times[i]);
    file.attribute(group, "image_geo_parameter", std::string("ACCUMULATION_[MM]"));
    file.dataset(group, "image_data", H5T_STD_U16LE, {1, i == 2 ? last_width : 3}, {1000, 65534, 65535});
  }
}

}  // namespace

TEST_CASE("KNMI: images of a nowcast hold at their own times, for their own intervals") {
  const TemporaryFolder folder;
  write_nowcast(folder / "a.h5");
  const auto images = list_radar_images(folder / "a.h5");
  REQUIRE(images.size() == 3);
  CHECK(images[0].time == 1725458100);  // 2024-09-04 13:55 UTC
  CHECK(images[2].time == 1725459000);  // 14:10
  CHECK(images[0].sequence == 1);
  const std::vector<double> rates{120, 120, 60};
  for (std::size_t i = 0; i < 3; ++i) {
    const RadarFrame frame = read_radar_image(images[i]);
    CHECK(frame.values[0] == doctest::Approx(rates[i]));
    CHECK(std::isnan(frame.values[1]));
    CHECK(std::isnan(frame.values[2]));
  }
  write_nowcast(folder / "b.h5", "04-SEP-2024;14:00:00.000");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "b.h5"),
                       doctest::Contains("image3/image_datetime_valid is not after"), InputError);
  write_nowcast(folder / "c.h5", "04-SEP-2024;14:10:00.000", "image_datetime_issued");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "c.h5"), doctest::Contains("image1 has no image_datetime_valid"),
                       InputError);
  write_nowcast(folder / "d.h5", "04-SEP-2024;14:10:00.000", "image_datetime_valid", 2);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "d.h5"),
                       doctest::Contains("image3/image_data has 1 x 2 pixels, image1/image_data 1 x 3; give nowcasts"),
                       InputError);
}

TEST_CASE("KNMI: an image that declares more pixels than memory has room for is refused by its name") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "a.h5");
    file.attribute("image1", "image_geo_parameter", std::string("REFLECTIVITY_[DBZ]"));
    file.empty_dataset("image1/image_data", {hsize_t{1} << 32, hsize_t{1} << 32});
  }
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a.h5"),
                       doctest::Contains("a.h5: image1/image_data declares 4294967296 x 4294967296 pixels"),
                       UnreadableFile);
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
