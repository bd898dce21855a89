#include "datasets/radar/radar_grib.hpp"

#include <doctest/doctest.h>
#include <eccodes.h>
#include <zlib.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <map>

#include "datasets/radar/grib_rain.hpp"
#include "datasets/radar/radar_files.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

/// A message of 2 rows and 3 columns by ecCodes' own sample: 50 and 51 N, 4, 5 and 6 E, of 2020-02-29 12:00.
class Maker {
 public:
  Maker() : handle_(codes_grib_handle_new_from_samples(nullptr, "regular_ll_sfc_grib2")) {
    REQUIRE(handle_ != nullptr);
    for (const auto& [key, value] :
         std::map<const char*, long>{{"Ni", 3}, {"Nj", 2}, {"dataDate", 20200229}, {"dataTime", 1200}})
      set(key, value);
    for (const auto& [key, value] : std::map<const char*, double>{{"latitudeOfFirstGridPointInDegrees", 51},
                                                                  {"latitudeOfLastGridPointInDegrees", 50},
                                                                  {"longitudeOfFirstGridPointInDegrees", 4},
                                                                  {"longitudeOfLastGridPointInDegrees", 6},
                                                                  {"iDirectionIncrementInDegrees", 1},
                                                                  {"jDirectionIncrementInDegrees", 1}})
      set(key, value);
    set("bitsPerValue", 16L);
  }
  ~Maker() { codes_handle_delete(handle_); }
  void set(const char* key, long value) { REQUIRE(codes_set_long(handle_, key, value) == CODES_SUCCESS); }
  void set(const char* key, double value) { REQUIRE(codes_set_double(handle_, key, value) == CODES_SUCCESS); }
  void set(const char* key, const char* value) {
    std::size_t length = std::strlen(value);
    REQUIRE(codes_set_string(handle_, key, value, &length) == CODES_SUCCESS);
  }
  void set_mrms(long category, long number) {
    set("discipline", 209L), set("parameterCategory", category), set("parameterNumber", number);
  }
  void write(const fs::path& path, const std::vector<double>& values, bool packed = false) {
    REQUIRE(codes_set_double_array(handle_, "values", values.data(), values.size()) == CODES_SUCCESS);
    const void* message = nullptr;
    std::size_t size = 0;
    REQUIRE(codes_get_message(handle_, &message, &size) == CODES_SUCCESS);
    if (!packed) {
      std::ofstream(path, std::ios::binary | std::ios::app)
          .write(static_cast<const char*>(message), static_cast<std::streamsize>(size));
      return;
    }
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, message, static_cast<unsigned>(size));
    gzclose(file);
  }

 private:
  codes_handle* handle_;
};

RadarFrame read(const fs::path& path) {
  const auto images = list_radar_images(path);
  REQUIRE(images.size() == 1);
  return read_radar_image(images[0]);
}

void check_near(const std::vector<float>& values, const std::vector<double>& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK(std::isnan(values[i]) == std::isnan(expected[i]));
    if (!std::isnan(expected[i])) CHECK(std::abs(values[i] - expected[i]) < 0.01);
  }
}

}  // namespace

TEST_CASE("GRIB: MRMS' rates in mm/h, -1 and -3 missing; packed by gzip too") {
  const TemporaryFolder folder;
  Maker maker;
  maker.set_mrms(6, 1);
  maker.write(folder / "a.grib2", {0, 12.5, -1, -3, 100, 1});
  maker.write(folder / "a.grib2.gz", {0, 12.5, -1, -3, 100, 1}, true);
  for (const char* const name : {"a.grib2", "a.grib2.gz"}) {
    const RadarFrame frame = read(folder / name);
    CHECK(frame.time == 1582977600);  // 2020-02-29 12:00 UTC
    CHECK(frame.quantity == RadarQuantity::rain_rate);
    check_near(frame.values, {0, 12.5, NAN, NAN, 100, 1});
    CHECK(frame.grid.corners[0][0] == doctest::Approx(3.5));
    CHECK(frame.grid.corners[0][1] == doctest::Approx(49.5));
    CHECK(frame.grid.corners[2][0] == doctest::Approx(6.5));
    CHECK(frame.grid.pixel_height == doctest::Approx(111'239).epsilon(1e-3));  // a degree at 50.5 N on WGS84
  }
}

TEST_CASE("GRIB: every scanning mode ends with north on top and west on the left") {
  const TemporaryFolder folder;
  const auto scanned = [&](std::map<const char*, long> flags, const std::vector<double>& values) {
    Maker maker;
    maker.set_mrms(6, 1);
    for (const auto& [key, value] : flags) maker.set(key, value);
    fs::remove(folder / "a");
    maker.write(folder / "a", values);
    check_near(read(folder / "a").values, {1, 2, 3, 4, 5, 6});
  };
  scanned({}, {1, 2, 3, 4, 5, 6});
  scanned({{"jScansPositively", 1}}, {4, 5, 6, 1, 2, 3});
  scanned({{"iScansNegatively", 1}}, {3, 2, 1, 6, 5, 4});
  scanned({{"jPointsAreConsecutive", 1}}, {1, 4, 2, 5, 3, 6});
  scanned({{"alternativeRowScanning", 1}}, {1, 2, 3, 6, 5, 4});
  scanned({{"jScansPositively", 1}, {"alternativeRowScanning", 1}}, {4, 5, 6, 3, 2, 1});
}

TEST_CASE("GRIB: tp in metres over its interval, at the end of it; a bitmap's holes are missing") {
  const TemporaryFolder folder;
  Maker maker;
  maker.set("productDefinitionTemplateNumber", 8L);
  maker.set("shortName", "tp");
  maker.set("stepRange", "1-2");
  maker.set("bitmapPresent", 1L);
  maker.write(folder / "a", {0, 0.004, 0.001, 0, 9999, 0});
  const RadarFrame frame = read(folder / "a");
  CHECK(frame.time == 1582977600 + 7200);
  CHECK(frame.values[1] == doctest::Approx(4).epsilon(0.001));
  CHECK(std::isnan(frame.values[4]));
}

TEST_CASE(
    "GRIB: amounts without an interval fell since the image before; those since the forecast's begin are refused") {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const char* step, double millimetres) {
    Maker maker;
    maker.set("productDefinitionTemplateNumber", 8L);
    maker.set("shortName", "tp");
    maker.set("stepRange", step);
    maker.write(folder / name, std::vector<double>(6, millimetres / 1000));
  };
  write("a", "3-3", 6), write("a", "1-1", 4), write("a", "2-2", 4);
  const auto images = list_radar_images(folder / "a");
  REQUIRE(images.size() == 3);
  CHECK(images[2].time - images[1].time == 3600);
  CHECK(read_radar_image(images[0]).values[0] == doctest::Approx(4).epsilon(0.001));
  CHECK(read_radar_image(images[2]).values[0] == doctest::Approx(6).epsilon(0.001));
  write("b", "0-1", 4), write("b", "0-2", 8);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "b"), doctest::Contains("overlap each other"), InputError);
  write("c", "1-1", 4);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "c"), doctest::Contains("is no interval"), InputError);
}

TEST_CASE("GRIB: a Lambert grid stands where cs2cs puts it") {
  const TemporaryFolder folder;
  Maker maker;
  maker.set("gridType", "lambert");
  maker.set_mrms(6, 1);
  maker.set("Nx", 3L), maker.set("Ny", 2L), maker.set("jScansPositively", 1L);
  for (const auto& [key, value] : std::map<const char*, double>{{"LaDInDegrees", 38.5},
                                                                {"LoVInDegrees", 262.5},
                                                                {"Latin1InDegrees", 38.5},
                                                                {"Latin2InDegrees", 38.5},
                                                                {"latitudeOfFirstGridPointInDegrees", 38.5},
                                                                {"longitudeOfFirstGridPointInDegrees", 262.5},
                                                                {"DxInMetres", 3000},
                                                                {"DyInMetres", 3000}})
    maker.set(key, value);
  maker.write(folder / "a", {4, 5, 6, 1, 2, 3});
  const RadarFrame frame = read(folder / "a");
  check_near(frame.values, {1, 2, 3, 4, 5, 6});
  // cs2cs of (-1500, -1500) and (7500, 4500) on +proj=lcc +lat_1=38.5 +lat_2=38.5 +lat_0=38.5 +lon_0=262.5 +R=6371229
  CHECK(frame.grid.corners[0][0] == doctest::Approx(-97.51723316).epsilon(1e-7));
  CHECK(frame.grid.corners[0][1] == doctest::Approx(38.48650940).epsilon(1e-7));
  CHECK(frame.grid.corners[2][0] == doctest::Approx(-97.41376963).epsilon(1e-7));
  CHECK(frame.grid.corners[2][1] == doctest::Approx(38.54043642).epsilon(1e-7));
  CHECK(frame.grid.pixel_width == doctest::Approx(3000).epsilon(0.005));
}

TEST_CASE("GRIB: VIL in SEVIR's steps") {
  CHECK(radar::sevir_steps(0) == 0);
  // Veillette et al. 2020: VIL = (x - 2) / 90.66 to x = 18, then exp((x - 83.9) / 38.9)
  CHECK(radar::sevir_steps(10 / 90.66f) == doctest::Approx(12));
  CHECK(radar::sevir_steps(std::exp((100 - 83.9f) / 38.9f)) == doctest::Approx(100));
  CHECK(radar::sevir_steps(1000) == 254);
  const TemporaryFolder folder;
  Maker maker;
  maker.set_mrms(3, 41);
  maker.write(folder / "a", {0, std::exp((200 - 83.9) / 38.9), -1, -3, 0, 0});
  const RadarFrame frame = read(folder / "a");
  CHECK(frame.quantity == RadarQuantity::vil);
  CHECK(frame.values[1] == doctest::Approx(200).epsilon(1e-3));
  CHECK(std::isnan(frame.values[2]));
}

TEST_CASE("GRIB: what is no rain, no image or cut short is refused") {
  const TemporaryFolder folder;
  Maker temperature;
  temperature.set("shortName", "2t");
  temperature.write(folder / "a", {1, 2, 3, 4, 5, 6});
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"),
                       doctest::Contains("holds no rain that stormsweep knows, but 2t"), InputError);
  Maker maker;
  maker.set_mrms(6, 1);
  maker.write(folder / "b", {1, 2, 3, 4, 5, 6});
  fs::resize_file(folder / "b", fs::file_size(folder / "b") - 10);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "b"), doctest::Contains("is cut short or damaged"), UnreadableFile);
}

TEST_SUITE("real data") {
  TEST_CASE("GRIB: MRMS of 2019-06-10, as grib_get_data counts") {
    const auto file = real_data("field/grib/PrecipRate_00.00_20190610-000000.grib2");
    if (!file) return;
    const RadarFrame frame = read(*file);
    REQUIRE(frame.values.size() == 24'500'000);
    CHECK(frame.time == 1560124800);
    std::int64_t missing = 0, wet = 0;
    for (const float value : frame.values) missing += std::isnan(value), wet += value > 0;
    CHECK(missing == 8'769'493);
    CHECK(wet == 982'882);
    CHECK(frame.values[2191 * 7000 + 4371] == doctest::Approx(148.8));  // 33.085 N, 273.715 E, the highest
    CHECK(frame.grid.corners[1][0] == doctest::Approx(-130));
    CHECK(frame.grid.corners[1][1] == doctest::Approx(55));
    CHECK(frame.grid.pixel_height == doctest::Approx(1110).epsilon(0.001));
    CHECK(frame.grid.pixel_width == doctest::Approx(885).epsilon(0.002));
  }
}
