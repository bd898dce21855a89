#include "datasets/radar/netcdf_place.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/datasets/netcdf_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
using radar::NetcdfPlace;

namespace {

using Texts = NetcdfMaker::Texts;

/// A file of a field "rain" [y, x] of 4 x 5 pixels, with or without coordinates of its rows and columns.
struct Field {
  std::vector<std::string> dimensions{"y", "x"};
  std::vector<double> y, x;
  std::string y_unit = "m", x_unit = "m";
  Texts mapping_texts = {};
  NetcdfMaker::Numbers mapping = {};
  std::vector<double> latitudes, longitudes;  ///< of each pixel, in the field's order

  NetcdfPlace place() const {
    const TemporaryFolder folder;
    {
      NetcdfMaker maker(folder / "a.nc");
      maker.dimension(dimensions[0].c_str(), 4), maker.dimension(dimensions[1].c_str(), 5);
      if (!y.empty()) maker.variable(dimensions[0], NC_DOUBLE, {dimensions[0]}, y, {{"units", y_unit}});
      if (!x.empty()) maker.variable(dimensions[1], NC_DOUBLE, {dimensions[1]}, x, {{"units", x_unit}});
      if (!mapping_texts.empty()) maker.variable("crs", NC_INT, {}, {}, mapping_texts, mapping);
      if (!latitudes.empty()) {
        maker.variable("lat", NC_DOUBLE, dimensions, latitudes, {{"units", "degrees_north"}});
        maker.variable("lon", NC_DOUBLE, dimensions, longitudes, {{"units", "degrees_east"}});
      }
      maker.variable("rain", NC_FLOAT, dimensions, {},
                     {{"units", "mm/h"}, {"grid_mapping", "crs"}, {"coordinates", "lat lon"}});
    }
    const netcdf::File file = open_netcdf(folder / "a.nc");
    const auto rain = file.variable("rain");
    return radar::place_of(file, "a.nc", *rain, *layout_of(file, *rain));
  }
};

/// With a place for each pixel [4, 5]: latitude 50 + down * i, longitude 10 + along * j.
Field with_places(double down, double along) {
  Field field;
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 5; ++j) field.latitudes.push_back(50 + down * i), field.longitudes.push_back(10 + along * j);
  }
  return field;
}

void check_corner(const std::array<double, 2>& corner, double longitude, double latitude) {
  CHECK(corner[0] == doctest::Approx(longitude).epsilon(1e-6));
  CHECK(corner[1] == doctest::Approx(latitude).epsilon(1e-6));
}

}  // namespace

TEST_CASE("NetCDF place: latitudes and longitudes of each pixel tell orientation, size and corners") {
  // A degree of latitude is 111.238 km at 50.5 N, one of longitude 71.696 km at 50 N (WGS84).
  const NetcdfPlace south_first = with_places(0.04, 0.06).place();
  CHECK(south_first.stored.to_north);
  CHECK(!south_first.stored.to_west);
  CHECK(south_first.grid.pixel_height == doctest::Approx(4449.3).epsilon(0.001));
  CHECK(south_first.grid.pixel_width ==
        doctest::Approx(4301.8 * std::cos(50.08 * M_PI / 180) / std::cos(50 * M_PI / 180)).epsilon(0.001));
  check_corner(south_first.grid.corners[0], 9.97, 49.98);
  check_corner(south_first.grid.corners[2], 10.27, 50.14);
  CHECK(south_first.grid.projection.empty());

  const NetcdfPlace west_last = with_places(-0.04, -0.06).place();
  CHECK(!west_last.stored.to_north);
  CHECK(west_last.stored.to_west);
  check_corner(west_last.grid.corners[0], 9.73, 49.86);
  check_corner(west_last.grid.corners[2], 10.03, 50.02);
}

TEST_CASE("NetCDF place: the corners of pixels are no coordinates, those of each time are") {
  const TemporaryFolder folder;
  const Field field = with_places(0.04, 0.06);
  std::vector<double> of_corners, of_times;
  for (const double latitude : field.latitudes) {
    for (const double down : {-0.02, -0.02, 0.02, 0.02}) of_corners.push_back(latitude + down);
  }
  for (int time = 0; time < 2; ++time) of_times.insert(of_times.end(), field.latitudes.begin(), field.latitudes.end());
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("time", 2), maker.dimension("y", 4), maker.dimension("x", 5), maker.dimension("corner", 4);
    maker.variable("lat_bounds", NC_DOUBLE, {"y", "x", "corner"}, of_corners, {{"units", "degrees_north"}});
    maker.variable("lat", NC_DOUBLE, {"time", "y", "x"}, of_times, {{"units", "degrees_north"}});
    maker.variable("lon", NC_DOUBLE, {"y", "x"}, field.longitudes, {{"units", "degrees_east"}});
    maker.variable("rain", NC_FLOAT, {"time", "y", "x"}, {}, {{"units", "mm/h"}});
  }
  const netcdf::File file = open_netcdf(folder / "a.nc");
  const auto rain = file.variable("rain");
  check_corner(radar::place_of(file, "a.nc", *rain, *layout_of(file, *rain)).grid.corners[0], 9.97, 49.98);
}

TEST_CASE("NetCDF place: one dimension twice is rows, then columns") {
  const TemporaryFolder folder;
  std::vector<double> latitudes, longitudes;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) latitudes.push_back(50 - 0.04 * i), longitudes.push_back(10 + 0.06 * j);
  }
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("n", 3);
    maker.variable("lat", NC_DOUBLE, {"n", "n"}, latitudes, {{"units", "degrees_north"}});
    maker.variable("lon", NC_DOUBLE, {"n", "n"}, longitudes, {{"units", "degrees_east"}});
    maker.variable("rain", NC_FLOAT, {"n", "n"}, {}, {{"units", "mm/h"}, {"coordinates", "lat lon"}});
  }
  const netcdf::File file = open_netcdf(folder / "a.nc");
  const auto rain = file.variable("rain");
  const NetcdfPlace place = radar::place_of(file, "a.nc", *rain, *layout_of(file, *rain));
  CHECK(!place.stored.transposed);
  CHECK(place.grid.height == 3);
  check_corner(place.grid.corners[0], 9.97, 49.9);
  check_corner(place.grid.corners[2], 10.15, 50.02);
}

TEST_CASE("NetCDF place: coordinates along the only dimension tell no place") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("n", 3), maker.dimension("one", 1);
    maker.variable("lat", NC_DOUBLE, {"n", "one"}, {50, 51, 52}, {{"units", "degrees_north"}});
    maker.variable("lon", NC_DOUBLE, {"n", "one"}, {10, 11, 12}, {{"units", "degrees_east"}});
    maker.variable("rain", NC_FLOAT, {"n", "n"}, {}, {{"units", "mm/h"}, {"coordinates", "lat lon"}});
  }
  const netcdf::File file = open_netcdf(folder / "a.nc");
  const auto rain = file.variable("rain");
  CHECK(!radar::place_of(file, "a.nc", *rain, *layout_of(file, *rain)).note.empty());
}

TEST_CASE("NetCDF place: unnamed dimensions are turned where latitudes go along the second") {
  Field field;
  field.dimensions = {"a", "b"};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 5; ++j) field.latitudes.push_back(50 + 0.04 * j), field.longitudes.push_back(10 + 0.06 * i);
  }
  const NetcdfPlace place = field.place();
  CHECK(place.stored.transposed);
  CHECK(place.stored.to_north);
  CHECK(place.grid.height == 5);
  CHECK(place.grid.width == 4);
  check_corner(place.grid.corners[2], 10.21, 50.18);
}

TEST_CASE("NetCDF place: on the map of a grid mapping, in any unit") {
  Field field;
  field.y = {2, 1, 0, -1}, field.x = {0, 1, 2, 3, 4}, field.y_unit = field.x_unit = "km";
  field.mapping_texts = {{"grid_mapping_name", "mercator"}};
  field.mapping = {{"standard_parallel", {60}}, {"longitude_of_projection_origin", {15}}};
  const NetcdfPlace place = field.place();
  CHECK(!place.stored.to_north);
  // at the equator a pixel would be 1 km / cos(60 degrees) on a sphere
  CHECK(place.grid.pixel_width == doctest::Approx(1000 * std::sqrt(1 - 0.00669438 * 0.75) / 0.5).epsilon(1e-4));
  CHECK(place.grid.projection == "+proj=merc +lat_ts=60 +lon_0=15 +ellps=WGS84");
  CHECK(place.note.empty());

  field.mapping_texts["grid_mapping_name"] = "tea_leaves";
  CHECK(field.place().note == "the grid mapping tea_leaves is unknown, and so is the place of the images");
  CHECK(field.place().grid.pixel_width == 1000);
}

TEST_CASE("NetCDF place: scan angles of a satellite, and a map that its file contradicts") {
  Field field;
  field.y = {0.003, 0.002, 0.001, 0}, field.x = {0, 0.001, 0.002, 0.003, 0.004}, field.y_unit = field.x_unit = "radian";
  field.mapping_texts = {{"grid_mapping_name", "geostationary"}};
  field.mapping = {{"perspective_point_height", {35786023}}, {"longitude_of_projection_origin", {0}}};
  CHECK(field.place().grid.pixel_width == doctest::Approx(35786).epsilon(0.01));  // near the point below it

  Field rotated = with_places(-0.04, 0.06);
  rotated.y = {0, -1, -2, -3}, rotated.x = {0, 1, 2, 3, 4}, rotated.y_unit = rotated.x_unit = "degrees";
  rotated.mapping_texts = {{"grid_mapping_name", "rotated_latitude_longitude"}};
  rotated.mapping = {{"grid_north_pole_latitude", {39}}, {"grid_north_pole_longitude", {-162}}};
  const NetcdfPlace place = rotated.place();
  CHECK(place.note.starts_with("its grid mapping crs has a corner at "));
  CHECK(place.note.ends_with("its latitudes and longitudes at 9.97 E, 49.86 N; these are used"));
  check_corner(place.grid.corners[0], 9.97, 49.86);
}

TEST_CASE("NetCDF place: longitudes that cross the meridian go on, those of 180 to 360 lie in the west") {
  Field field;
  field.dimensions = {"lat", "lon"};
  field.y = {10, 20, 30, 40}, field.x = {350, 355, 0, 5, 10}, field.y_unit = "degrees_north",
  field.x_unit = "degrees_east";
  check_corner(field.place().grid.corners[0], -12.5, 5);
  check_corner(field.place().grid.corners[2], 12.5, 45);
  field.x = {250, 255, 260, 265, 270};
  check_corner(field.place().grid.corners[0], -112.5, 5);
}

TEST_CASE("NetCDF place: without coordinates the assumptions are reported") {
  CHECK(Field{}.place().note == "rain has no coordinates; its first row is taken as the northern one");
}
