#include <doctest/doctest.h>
#include <netcdf.h>

#include <chrono>
#include <cmath>
#include <cstring>

#include "datasets/radar/radar_archive.hpp"
#include "tests/datasets/netcdf_maker.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

/// A small CF file: [time,] y, x of 2 x 3 pixels, short numbers.
struct NetcdfFile {
  std::string name = "rainfall_rate", standard_name = "rainfall_rate", units = "mm h-1";
  std::string y_units = "km", x_units = "km", time_units = "minutes since 2020-02-29 23:00:00";
  std::vector<double> y{10, 8}, x{1, 2, 3}, times{50};
  bool time_dimension = true;
  std::string time_name = "time";
  double start_time = -1;  // with units of `times`, where it is not negative
  std::vector<short> pixels{0, 1, 2, 3, -99, 5};
  int format = NC_NETCDF4;

  void write(const std::filesystem::path& path) const {
    int file = 0, dims[3] = {}, time = 0, start = 0, vy = 0, vx = 0, rain = 0;
    nc_create(path.c_str(), format | NC_CLOBBER, &file);
    if (time_dimension) nc_def_dim(file, time_name.c_str(), times.size(), &dims[0]);
    nc_def_dim(file, "y", 2, &dims[1]);
    nc_def_dim(file, "x", 3, &dims[2]);
    const auto text = [&](int variable, const char* attribute, const std::string& value) {
      nc_put_att_text(file, variable, attribute, value.size(), value.c_str());
    };
    nc_def_var(file, time_name.c_str(), NC_DOUBLE, time_dimension ? 1 : 0, dims, &time);
    text(time, "units", time_units);
    if (start_time >= 0) {
      nc_def_var(file, "start_time", NC_DOUBLE, 0, dims, &start);
      text(start, "units", time_units);
    }
    nc_def_var(file, "y", NC_DOUBLE, 1, &dims[1], &vy);
    nc_def_var(file, "x", NC_DOUBLE, 1, &dims[2], &vx);
    text(vy, "units", y_units), text(vx, "units", x_units);
    nc_def_var(file, name.c_str(), NC_SHORT, time_dimension ? 3 : 2, time_dimension ? dims : dims + 1, &rain);
    const short fill = -99;
    const double scale = 0.5, offset = 1;
    nc_put_att_short(file, rain, "_FillValue", NC_SHORT, 1, &fill);
    nc_put_att_double(file, rain, "scale_factor", NC_DOUBLE, 1, &scale);
    nc_put_att_double(file, rain, "add_offset", NC_DOUBLE, 1, &offset);
    if (!standard_name.empty()) text(rain, "standard_name", standard_name);
    text(rain, "units", units);
    nc_enddef(file);
    nc_put_var_double(file, time, times.data());
    if (start_time >= 0) nc_put_var_double(file, start, &start_time);
    nc_put_var_double(file, vy, y.data()), nc_put_var_double(file, vx, x.data());
    nc_put_var_short(file, rain, pixels.data());
    nc_close(file);
  }
  std::vector<RadarImage> list(const std::filesystem::path& path) const {
    write(path);
    return list_radar_images(path);
  }
};

void check_values(const RadarFrame& frame, const std::vector<float>& expected) {
  REQUIRE(frame.values.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i]))
      CHECK(std::isnan(frame.values[i]));
    else
      CHECK(frame.values[i] == doctest::Approx(expected[i]));
  }
}

constexpr std::int64_t ten_to = 1583020200;  // 2020-02-29 23:50 UTC
const float none = std::nanf("");

}  // namespace

TEST_CASE("NetCDF: packed rates with a fill value, of HDF5 and of the classic format") {
  const TemporaryFolder folder;
  for (const int format : {NC_NETCDF4, NC_CLASSIC_MODEL}) {
    NetcdfFile file;
    file.format = format == NC_NETCDF4 ? NC_NETCDF4 : 0;
    const auto images = file.list(folder / "a.nc");
    REQUIRE(images.size() == 1);
    CHECK(images[0].time == ten_to);
    CHECK(images[0].grid.pixel_height == 2000);
    CHECK(images[0].grid.pixel_width == 1000);
    check_values(read_radar_image(images[0]), {1, 1.5, 2, 2.5, none, 3.5});
  }
}

TEST_CASE("NetCDF: rows that go north are turned over, and columns that go west") {
  const TemporaryFolder folder;
  NetcdfFile file;
  file.y = {8, 10};
  check_values(read_radar_image(file.list(folder / "a.nc")[0]), {2.5, none, 3.5, 1, 1.5, 2});
  file.x = {3, 2, 1};
  check_values(read_radar_image(file.list(folder / "b.nc")[0]), {3.5, none, 2.5, 2, 1.5, 1});
}

TEST_CASE("NetCDF: many images a file, degrees as metres and corners") {
  const TemporaryFolder folder;
  NetcdfFile file;
  file.times = {50, 55}, file.y_units = "degrees_north", file.x_units = "degrees_east";
  file.y = {61, 59};
  file.pixels = {0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5};
  const auto images = file.list(folder / "a.nc");
  REQUIRE(images.size() == 2);
  CHECK(images[1].time == ten_to + 300);
  CHECK(images[1].grid.pixel_height == doctest::Approx(2 * 111412).epsilon(0.0001));   // of WGS84
  CHECK(images[1].grid.pixel_width == doctest::Approx(0.5 * 111599).epsilon(0.0001));  // at 60 N, one is 55.8 km
  CHECK(images[1].grid.corners[0] == std::array<double, 2>{0.5, 58});
  CHECK(images[1].grid.corners[2] == std::array<double, 2>{3.5, 62});
  check_values(read_radar_image(images[1]), {1, 1.5, 2, 2.5, 3, 3.5});
}

TEST_CASE("NetCDF: amounts of one frame between start_time and valid_time, a scalar or a dimension") {
  const TemporaryFolder folder;
  NetcdfFile file;
  file.name = "precipitation", file.standard_name = "precipitation_amount", file.units = "kg m-2";
  file.time_name = "valid_time", file.start_time = 44;
  for (const bool dimension : {false, true}) {
    file.time_dimension = dimension;
    const auto images = file.list(folder / "a.nc");
    REQUIRE(images.size() == 1);
    CHECK(images[0].time == ten_to);
    check_values(read_radar_image(images[0]), {10, 15, 20, 25, none, 35});  // in 6 min
  }
}

TEST_CASE("NetCDF: amounts that all began at one time are refused, in one file or one a file") {
  const TemporaryFolder folder;
  NetcdfFile file{.name = "precipitation", .standard_name = "", .units = "mm", .start_time = 0};
  file.times = {60}, file.write(folder / "1.nc");
  file.times = {120}, file.write(folder / "2.nc");
  const auto all = [&] { list_archive({folder.path()}, "", false, [](std::int64_t, std::int64_t) {}); };
  const auto line = doctest::Contains("precipitation in 2 h begins with that in 1 h of ");
  CHECK_THROWS_WITH_AS(all(), line, InputError);
  std::filesystem::remove(folder / "1.nc"), std::filesystem::remove(folder / "2.nc");
  file.times = {60, 120}, file.pixels.resize(12), file.write(folder / "both.nc");
  CHECK_THROWS_WITH_AS(all(), line, InputError);
}

TEST_CASE("NetCDF: images that share chunks, in any order, and of a file that has been replaced since") {
  const TemporaryFolder folder;
  const auto write = [&](const std::filesystem::path& path, float first) {
    int file = 0, dims[3] = {}, time = 0, rain = 0;
    REQUIRE(nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file) == NC_NOERR);
    nc_def_dim(file, "time", 20, &dims[0]), nc_def_dim(file, "y", 5, &dims[1]), nc_def_dim(file, "x", 7, &dims[2]);
    nc_def_var(file, "time", NC_DOUBLE, 1, dims, &time);
    nc_put_att_text(file, time, "units", 26, "minutes since 2020-01-01 0");
    nc_def_var(file, "rain_rate", NC_FLOAT, 3, dims, &rain);
    nc_put_att_text(file, rain, "units", 4, "mm/h");
    const std::size_t chunk[] = {8, 3, 4};
    nc_def_var_chunking(file, rain, NC_CHUNKED, chunk), nc_def_var_deflate(file, rain, 1, 1, 1);
    std::vector<double> times;
    std::vector<float> values;
    for (int i = 0; i < 20; ++i) times.push_back(5 * i);
    for (int i = 0; i < 20 * 35; ++i) values.push_back(first + static_cast<float>(i));
    REQUIRE(nc_put_var_double(file, time, times.data()) == NC_NOERR);
    REQUIRE(nc_put_var_float(file, rain, values.data()) == NC_NOERR);
    nc_close(file);
  };
  write(folder / "a.nc", 0), write(folder / "b.nc", 1000);
  const auto images = list_radar_images(folder / "a.nc");
  REQUIRE(images.size() == 20);
  for (const std::size_t i : {0, 1, 19, 18, 7, 8}) {
    const RadarFrame frame = read_radar_image(images[i]);
    for (std::size_t k = 0; k < 35; ++k) CHECK(frame.values[k] == static_cast<float>(35 * i + k));
  }
  std::filesystem::last_write_time(folder / "b.nc",
                                   std::filesystem::last_write_time(folder / "a.nc") + std::chrono::seconds(1));
  std::filesystem::rename(folder / "b.nc", folder / "a.nc");
  CHECK(read_radar_image(images[8]).values[3] == 1000 + 35 * 8 + 3);
}

TEST_CASE("NetCDF: columns before rows, as IMERG stores them, in a group") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.h5");
    maker.group("Grid");
    maker.dimension("time", 1), maker.dimension("lon", 3), maker.dimension("lat", 2);
    maker.variable("time", NC_INT, {"time"}, {0}, {{"units", "seconds since 2020-02-29 23:50:00 UTC"}});
    maker.variable("lon", NC_FLOAT, {"lon"}, {10, 11, 12}, {{"units", "degrees_east"}});
    maker.variable("lat", NC_FLOAT, {"lat"}, {50, 51}, {{"units", "degrees_north"}});
    // of each longitude, the south and the north
    maker.variable("precipitation", NC_FLOAT, {"time", "lon", "lat"}, {1, 2, 3, 4, 5, -9999.9}, {{"units", "mm/hr"}},
                   {{"_FillValue", {-9999.9}}});
  }
  const auto images = list_radar_images(folder / "a.h5");
  REQUIRE(images.size() == 1);
  CHECK(images[0].variable == "Grid/precipitation");
  CHECK(images[0].time == ten_to);
  check_values(read_radar_image(images[0]), {2, 4, none, 1, 3, 5});
}

TEST_CASE("NetCDF: an image that is stored with columns as rows, recognised by latitudes alone") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("a", 3), maker.dimension("b", 2);
    maker.variable("lat", NC_FLOAT, {"a", "b"}, {50, 51, 50, 51, 50, 51}, {{"units", "degrees_north"}});
    maker.variable("lon", NC_FLOAT, {"a", "b"}, {10, 10, 11, 11, 12, 12}, {{"units", "degrees_east"}});
    maker.variable("time", NC_INT, {}, {0}, {{"units", "seconds since 2020-02-29 23:50:00 UTC"}});
    maker.variable("rain", NC_FLOAT, {"a", "b"}, {1, 2, 3, 4, 5, 6}, {{"units", "mm/hr"}});
  }
  check_values(read_radar_image(list_radar_images(folder / "a.nc")[0]), {2, 4, 6, 1, 3, 5});
}

TEST_CASE("NetCDF: the variable that is asked for, and a file that has none") {
  const TemporaryFolder folder;
  NetcdfFile file;
  file.write(folder / "a.nc");
  CHECK(list_radar_images(folder / "a.nc", "rainfall_rate").size() == 1);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a.nc", "snow"), doctest::Contains("has no variable snow"),
                       InputError);
  const auto progress = [](std::int64_t, std::int64_t) {};
  CHECK(list_archive({folder / "a.nc"}, "rainfall_rate", true, progress).images.size() == 1);
  CHECK_THROWS_WITH_AS(list_archive({folder / "a.nc"}, "snow", true, progress),
                       doctest::Contains("has no variable snow"), InputError);
  KnmiFile().write(folder / "b.h5");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "b.h5", "snow"), doctest::Contains("is not NetCDF"), InputError);
}

TEST_CASE("NetCDF: units decide") {
  const TemporaryFolder folder;
  NetcdfFile file;
  file.units = "kg m-2 s-1";
  CHECK(read_radar_image(file.list(folder / "a.nc")[0]).values[2] == doctest::Approx(7200));
  file.units = "m s-1";
  CHECK(read_radar_image(file.list(folder / "b.nc")[0]).values[2] == doctest::Approx(7.2e6));
  file.units = "mm", file.times = {50, 60}, file.pixels.resize(12, 0);  // amounts since the image before
  file.write(folder / "c.nc");
  const RadarArchive archive = list_archive({folder / "c.nc"}, "", true, [](std::int64_t, std::int64_t) {});
  CHECK(read_radar_image(archive.images[1]).values[0] == doctest::Approx(6));
  REQUIRE(archive.notes.size() == 1);
  CHECK(archive.notes[0].find("since the image before, 0.166667 h") != std::string::npos);
}

TEST_CASE("NetCDF: amounts that never fall are those since the beginning, even if their bounds do not say so") {
  const TemporaryFolder folder;
  NetcdfFile file;
  file.units = "mm", file.times.clear(), file.pixels.clear();
  for (short i = 0; i < 20; ++i) {
    file.times.push_back(10 * i);
    for (short x = 0; x < 6; ++x) file.pixels.push_back(x < 2 ? 5 : static_cast<short>(i * x / 3));  // dry in two
  }
  file.write(folder / "rain.nc");
  CHECK_THROWS_WITH_AS(list_archive({folder / "rain.nc"}, "", false, [](auto, auto) {}),
                       ((folder / "rain.nc").string() +
                        ": the amounts of rainfall_rate grow from image to image and never fall, as those since the "
                        "beginning do; give amounts since the image before, or rates")
                           .c_str(),
                       InputError);
  file.pixels.back() = 0;
  file.write(folder / "rain.nc");
  CHECK(list_archive({folder / "rain.nc"}, "", false, [](auto, auto) {}).images.size() == 20);
}

TEST_CASE("NetCDF: what cannot be understood is refused") {
  const TemporaryFolder folder;
  const auto refused_for = [&](const NetcdfFile& file, const char* problem) {
    CHECK_THROWS_WITH_AS(file.list(folder / "a.nc"), doctest::Contains(problem), InputError);
  };
  NetcdfFile file;
  SUBCASE("unit") {
    file.units = "percent";
    refused_for(file, "its rain is not understood: rainfall_rate (percent) [time = 1, y = 2, x = 3]; known are fields");
  }
  SUBCASE("amounts since when") {
    file.units = "mm";
    file.write(folder / "a.nc");
    CHECK_THROWS_WITH_AS(list_archive({folder / "a.nc"}, "", true, [](std::int64_t, std::int64_t) {}),
                         doctest::Contains("but not since when"), InputError);
  }
  SUBCASE("time") {
    file.time_units = "fortnights";
    refused_for(file, "time: its units are 'fortnights'; give units like 'seconds since 1970");
  }
  SUBCASE("no rain") {
    file.name = "temperature", file.standard_name = "air_temperature", file.units = "K";
    refused_for(file, "holds no radar images that stormsweep knows");
  }
}
