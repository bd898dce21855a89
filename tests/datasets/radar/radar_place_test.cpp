#include "datasets/radar/radar_place.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace stormsweep;

namespace {

// MeteoSwiss' grid: 710 x 640 pixels of 1 km in Swiss coordinates, from (2255000, 840000).
constexpr const char* swiss =
    "+proj=somerc +lat_0=46.95240555555556 +lon_0=7.439583333333333 +k_0=1 +x_0=2600000 +y_0=1200000 +ellps=bessel "
    "+towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs";

RadarGrid swiss_grid(const char* projection) {
  RadarGrid grid{.height = 640, .width = 710, .projection = projection};
  grid.corners = {{{3.169, 43.6301}, {2.6896, 49.3767}, {12.4634, 49.3654}, {11.9566, 43.6201}}};
  return grid;
}

}  // namespace

TEST_CASE("place: the corners distinguish a scale in kilometres from one in metres, with and without a projection") {
  for (const char* const projection : {swiss, ""}) {
    for (const double told : {1.0, 1000.0, 0.0}) {
      RadarGrid grid = swiss_grid(projection);
      CHECK(radar::place_on_ground(grid, {told, told}, "a.h5", "where/projdef").empty());
      CHECK(grid.pixel_width == doctest::Approx(1000).epsilon(0.01));
      CHECK(grid.pixel_height == doctest::Approx(1000).epsilon(0.01));
    }
  }
  RadarGrid grid = swiss_grid(swiss);
  CHECK(radar::place_on_ground(grid, {500, 500}, "a.h5", "where/projdef") ==
        "it says that its pixels are 500 x 500, but its corners make them 1000 x 1000; the corners are used");
  CHECK(grid.pixel_width == doctest::Approx(1000).epsilon(0.01));
}

TEST_CASE("place: a Mercator pixel of 2 km is 0.94 km at 62 N, and corners follow from one of them") {
  RadarGrid grid{.height = 2, .width = 2, .projection = "+proj=merc +lat_ts=0 +lon_0=0 +ellps=WGS84"};
  grid.corners[0] = {20, 61.99};
  CHECK(radar::place_on_ground(grid, {2000, 2000}, "a.h5", "where/projdef").empty());
  // cos 62 of 2 km is 0.939 on a sphere; on WGS84 0.9 % more along a meridian and 0.26 % more along a parallel
  CHECK(grid.pixel_width == doctest::Approx(941).epsilon(0.002));
  CHECK(grid.corners[1][0] == doctest::Approx(20));
  CHECK(grid.corners[2][0] == doctest::Approx(20 + 4000 / 111319.49).epsilon(1e-6));
}

TEST_CASE("place: the other corners follow from one and a scale in kilometres, or in degrees where the map has them") {
  RadarGrid metres{.height = 640, .width = 710, .projection = swiss}, kilometres = metres;
  metres.corners[0] = kilometres.corners[0] = {3.169, 43.6301};
  radar::place_on_ground(metres, {1000, 1000}, "a.h5", "where/projdef");
  radar::place_on_ground(kilometres, {1, 1}, "a.h5", "where/projdef");
  CHECK(kilometres.corners[2][0] == doctest::Approx(12.4634).epsilon(1e-3));
  CHECK(kilometres.corners[2][1] == doctest::Approx(49.3654).epsilon(1e-4));
  CHECK(kilometres.corners == metres.corners);
  CHECK(kilometres.pixel_width == doctest::Approx(1000).epsilon(0.01));
  RadarGrid coarse{.height = 80, .width = 89, .projection = swiss};
  coarse.corners[0] = {3.169, 43.6301};
  radar::place_on_ground(coarse, {8, 8}, "a.h5", "where/projdef");
  CHECK(coarse.pixel_width == doctest::Approx(8000).epsilon(0.01));
  for (const char* const projection : {"+proj=longlat +datum=WGS84", "EPSG:4326"}) {
    RadarGrid degrees{.height = 2, .width = 4, .projection = projection};
    degrees.corners[0] = {10, 50};
    radar::place_on_ground(degrees, {0.5, 0.25}, "a.h5", "where/projdef");
    CHECK(degrees.corners[2][0] == doctest::Approx(12));
    CHECK(degrees.corners[2][1] == doctest::Approx(50.5));
  }
  RadarGrid in_kilometres{
      .height = 2, .width = 2, .projection = "+proj=merc +lat_ts=0 +lon_0=0 +ellps=WGS84 +units=km"};
  in_kilometres.corners[2] = {20, 0};  // where the map's scale is 1
  radar::place_on_ground(in_kilometres, {2, 2}, "a.h5", "where/projdef");
  CHECK(in_kilometres.corners[0][0] == doctest::Approx(20 - 4000 / 111319.49).epsilon(1e-6));
}

TEST_CASE("place: corners that are no rectangle of the projection are reported") {
  RadarGrid grid = swiss_grid("+proj=stere +lat_0=90 +lon_0=90 +lat_ts=60");
  CHECK(radar::place_on_ground(grid, {1000, 1000}, "a.h5", "where/projdef").find("not those of a rectangle") !=
        std::string::npos);
  CHECK(grid.pixel_width == 1000);
  grid = swiss_grid("+proj=stere +lat_0=90 +lon_0=90 +lat_ts=60");
  radar::place_on_ground(grid, {1, 1}, "a.h5", "where/projdef");
  CHECK(grid.pixel_width == doctest::Approx(1000).epsilon(0.01));
}

TEST_CASE("place: without corners, sizes below 10 are kilometres, and degrees no size") {
  RadarGrid grid{.height = 2, .width = 2};
  radar::place_on_ground(grid, {2, 500}, "a.h5", "where/projdef");
  CHECK(grid.pixel_width == 2000);
  CHECK(grid.pixel_height == 500);
  grid.projection = "+proj=longlat +datum=WGS84";
  radar::place_on_ground(grid, {0.01, 0.01}, "a.h5", "where/projdef");
  CHECK(grid.pixel_width == 0);
}
