#include "datasets/radar/odim_writer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "datasets/files/hdf5.hpp"
#include "datasets/radar/radar_files.hpp"
#include "search/base/error.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t issued = 1282791600;  // 2010-08-26 03:00 UTC

RadarForecast forecast(RadarQuantity quantity) {
  RadarFrame frame{.time = issued + 600, .quantity = quantity, .grid = {}, .values = {}};
  frame.grid = {.height = 2, .width = 3, .pixel_height = 1000, .pixel_width = 2000, .projection = ""};
  frame.grid.corners = {{{0, 49.362}, {0, 55.974}, {10.856, 55.389}, {9.009, 48.895}}};
  frame.values = {0, 0.014f, 3.126f, missing, 700, -1};
  RadarForecast result{
      .issued = issued, .frames = {frame, frame}, .quality = {1, 0.5f, 0, 0.999f, 1, 1}, .quality_meaning = "in words"};
  result.frames[1].time += 600;
  result.frames[1].values[0] = 8;
  return result;
}

hdf5::Handle object(const hdf5::Handle& file, const std::string& path) {
  return {H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose};
}

std::string text(const hdf5::Handle& file, const std::string& path, const std::string& name) {
  return hdf5::read_text(object(file, path), name).value_or("none");
}

double number(const hdf5::Handle& file, const std::string& path, const std::string& name) {
  return hdf5::read_number(object(file, path), name).value_or(-1e9);
}

std::vector<int> image(const hdf5::Handle& file, const std::string& path) {
  const hdf5::Handle data(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose);
  std::vector<int> values(6);
  REQUIRE(H5Dread(data, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  return values;
}

}  // namespace

TEST_CASE("ODIM writer: groups, attributes and numbers as the standard has them") {
  const TemporaryFolder folder;
  write_odim(folder / "out.h5", forecast(RadarQuantity::rain_rate));
  const hdf5::Handle file = hdf5::open(folder / "out.h5", "");
  CHECK(text(file, "/", "Conventions") == "ODIM_H5/V2_3");
  CHECK(text(file, "/what", "object") == "COMP");
  CHECK(text(file, "/what", "date") == "20100826");
  CHECK(text(file, "/what", "time") == "030000");
  CHECK(number(file, "/where", "xsize") == 3);
  CHECK(number(file, "/where", "ysize") == 2);
  CHECK(number(file, "/where", "xscale") == 2000);
  CHECK(number(file, "/where", "yscale") == 1000);
  CHECK(number(file, "/where", "LL_lat") == 49.362);
  CHECK(number(file, "/where", "UR_lon") == 10.856);
  CHECK(number(file, "/where", "LR_lat") == 48.895);
  CHECK(text(file, "/dataset2/what", "startdate") == "20100826");
  CHECK(text(file, "/dataset1/what", "starttime") == "031000");
  CHECK(text(file, "/dataset2/what", "endtime") == "032000");
  CHECK(text(file, "/dataset1/data1/what", "quantity") == "RATE");
  CHECK(number(file, "/dataset1/data1/what", "gain") == 0.01);
  CHECK(number(file, "/dataset1/data1/what", "nodata") == 65535);
  CHECK(number(file, "/dataset1/data1/what", "undetect") == 0);
  CHECK(image(file, "/dataset1/data1/data") == std::vector{0, 1, 313, 65535, 65534, 0});
  CHECK(image(file, "/dataset2/data1/data") == std::vector{800, 1, 313, 65535, 65534, 0});
  CHECK(number(file, "/dataset1/quality1/what", "gain") == doctest::Approx(1.0 / 255));
  CHECK(text(file, "/dataset2/quality1/how", "task_args") == "in words");
  CHECK(image(file, "/dataset2/quality1/data") == std::vector{255, 127, 0, 254, 255, 255});
  CHECK(!hdf5::has(file, "/dataset3"));

  write_odim(folder / "vil.h5", forecast(RadarQuantity::vil));
  CHECK(text(hdf5::open(folder / "vil.h5", ""), "/dataset1/data1/what", "quantity") == "VIL");
}

TEST_CASE("ODIM writer: the same forecast is the same bytes, whenever it is written") {
  const TemporaryFolder folder;
  write_odim(folder / "a.h5", forecast(RadarQuantity::rain_rate));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5's times have seconds
  write_odim(folder / "b.h5", forecast(RadarQuantity::rain_rate));
  CHECK(text_of(folder / "a.h5") == text_of(folder / "b.h5"));
}

TEST_CASE("ODIM writer: our own reader reads it back, each frame at its time") {
  const TemporaryFolder folder;
  const RadarForecast written = forecast(RadarQuantity::rain_rate);
  write_odim(folder / "out.h5", written);
  const auto images = list_radar_images(folder / "out.h5");
  REQUIRE(images.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(images[i].time == written.frames[i].time);
    CHECK(images[i].grid.corners == written.frames[i].grid.corners);
    const RadarFrame frame = read_radar_image(images[i]);
    CHECK(frame.values[0] == (i == 0 ? 0 : 8));
    CHECK(frame.values[1] == doctest::Approx(0.01));
    CHECK(frame.values[2] == doctest::Approx(3.13));
    CHECK(std::isnan(frame.values[3]));
    CHECK(frame.values[4] == doctest::Approx(655.34));
  }
}

TEST_CASE("ODIM writer: with a projection, pixel sizes are given along its axes, not on the ground") {
  const TemporaryFolder folder;
  RadarForecast mercator = forecast(RadarQuantity::rain_rate);
  RadarGrid& grid = mercator.frames[0].grid;
  grid.projection = "+proj=merc +lat_ts=0 +lon_0=0 +R=6378137";
  // 3 x 2 pixels of 2,000 m on the map at 62 N, where Mercator's scale is 1 / cos 62: 939 m on the ground
  grid.corners = {{{20, 62}, {20, 62.01685926}, {20.05389892, 62.01685926}, {20.05389892, 62}}};
  grid.pixel_width = grid.pixel_height = 939;
  write_odim(folder / "out.h5", mercator);
  const hdf5::Handle file = hdf5::open(folder / "out.h5", "");
  CHECK(text(file, "/where", "projdef") == grid.projection);
  CHECK(number(file, "/where", "xscale") == doctest::Approx(2000).epsilon(1e-4));
  CHECK(number(file, "/where", "yscale") == doctest::Approx(2000).epsilon(1e-3));
  CHECK(list_radar_images(folder / "out.h5")[0].grid.pixel_width == doctest::Approx(942).epsilon(1e-3));
}

TEST_CASE("ODIM writer: what is unknown is left out") {
  const TemporaryFolder folder;
  RadarForecast unknown = forecast(RadarQuantity::rain_rate);
  unknown.frames[0].grid = {.height = 2, .width = 3, .projection = ""};
  write_odim(folder / "out.h5", unknown);
  const hdf5::Handle file = hdf5::open(folder / "out.h5", "");
  for (const char* const name : {"projdef", "xscale", "LL_lon", "UR_lat"}) {
    CHECK(H5Aexists_by_name(file, "/where", name, H5P_DEFAULT) == 0);
  }
}

TEST_CASE("ODIM writer: whole or not at all") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(write_odim(folder / "none" / "out.h5", forecast(RadarQuantity::rain_rate)), InputError);
  std::filesystem::create_directories(folder / "out.h5" / "full");
  CHECK_THROWS_AS(write_odim(folder / "out.h5", forecast(RadarQuantity::rain_rate)), InputError);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
