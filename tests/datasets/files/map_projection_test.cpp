#include "datasets/files/map_projection.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

void check_there_and_back(const std::string& definition, GeoPoint point, MapPoint expected, double tolerance) {
  CAPTURE(definition);
  const MapProjection map(definition, "test");
  const MapPoint there = map.forward(point);
  CHECK(std::abs(there.x - expected.x) < tolerance);
  CHECK(std::abs(there.y - expected.y) < tolerance);
  const GeoPoint back = map.inverse(there);
  CHECK(back.longitude == doctest::Approx(point.longitude).epsilon(1e-9));
  CHECK(back.latitude == doctest::Approx(point.latitude).epsilon(1e-9));
}

}  // namespace

TEST_CASE("map projections: published points") {
  // Snyder, Map Projections - A Working Manual (USGS 1395), numerical example of Albers' projection, page 292
  check_there_and_back("+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +ellps=clrk66", {-75, 35},
                       {1885472.7, 1535925.0}, 0.1);
  // EPSG:3035's false easting and northing
  check_there_and_back("EPSG:3035", {10, 52}, {4321000, 3210000}, 0.01);
  check_there_and_back("+init=epsg:3035", {10, 52}, {4321000, 3210000}, 0.01);
  // the pole of rotation of COSMO: its equator crosses its first meridian at 50.75 N, 18 E
  check_there_and_back("+proj=ob_tran +o_proj=longlat +lon_0=18 +o_lat_p=39.25 +o_lon_p=0 +a=6371229 +b=6371229",
                       {18, 50.75}, {0, 0}, 1e-9);
}

TEST_CASE("map projections: as cs2cs of PROJ 9.1.1 has them") {
  check_there_and_back(
      "+proj=stere +lat_ts=60 +lat_0=90 +lon_0=10 +x_0=543196.83521776402 +y_0=3622588.8619310022 +units=m +a=6378137 "
      "+b=6356752.3142451802 +no_defs",
      {3.5669946350078914, 45.696425377390064}, {-500, -1199500}, 0.001);
  check_there_and_back("+proj=laea +lat_0=55.0 +lon_0=10.0 +x_0=1950000.0 +y_0=-2100000.0 +units=m +ellps=WGS84",
                       {-10.434576838640398, 31.746215319325056}, {0, -4400000}, 0.01);
  check_there_and_back("+proj=merc +lat_ts=56 +lon_0=0 +ellps=WGS84", {20, 62}, {1247855.4299, 4944239.0381}, 0.001);
  check_there_and_back("+proj=lcc +lat_1=49 +lat_2=44 +lat_0=46.5 +lon_0=3 +x_0=700000 +y_0=6600000 +ellps=GRS80",
                       {2, 49}, {626830.1626, 6878250.0272}, 0.001);
  check_there_and_back("+proj=aeqd +lat_0=50 +lon_0=10 +ellps=WGS84", {12, 52}, {137366.9997, 224351.2275}, 0.001);
  check_there_and_back("+proj=gnom +lat_0=50 +lon_0=10 +R=6371000", {12, 52}, {137005.5506, 224365.8522}, 0.001);
  check_there_and_back("+proj=tmerc +lat_0=0 +lon_0=15 +k=0.9996 +x_0=500000 +ellps=GRS80", {18, 60},
                       {667294.8211, 6655205.4835}, 0.001);
  check_there_and_back("+proj=geos +h=35785831 +lon_0=0 +ellps=WGS84", {12, 52}, {764003.9737, 4645237.0971}, 0.001);
  check_there_and_back(
      "+proj=somerc +lat_0=46.95240555555556 +lon_0=7.439583333333333 +k_0=1 +x_0=2600000 +y_0=1200000 +ellps=bessel "
      "+towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs",
      {3.169, 43.6301}, {2255024.2713, 840117.8877}, 0.001);
}

TEST_CASE("map projections: KNMI's kilometres become metres") {
  const MapProjection map("+proj=stere +lat_0=90 +lon_0=0 +lat_ts=60 +a=6378.14 +b=6356.75 +x_0=0 y_0=0", "test");
  CHECK(map.definition() == "+proj=stere +lat_0=90 +lon_0=0 +lat_ts=60 +a=6378140 +b=6356750 +x_0=0 y_0=0");
  const MapPoint north_east = map.forward({10.856453, 55.388973});  // KNMI TR-277: column 700, row 3650 of 1 km
  CHECK(north_east.x == doctest::Approx(700'000).epsilon(1e-4));
  CHECK(north_east.y == doctest::Approx(-3'650'000).epsilon(1e-4));
}

TEST_CASE("map projections: what PROJ does not know is refused in one line") {
  CHECK_THROWS_WITH_AS(MapProjection("+proj=nonsense", "a.h5: where/projdef"),
                       doctest::Contains("a.h5: where/projdef is '+proj=nonsense', which PROJ does not know"),
                       InputError);
  CHECK_THROWS_AS(MapProjection("", "test"), InputError);
  CHECK_THROWS_AS(MapProjection("+proj=stere +lat_0=abc +a=-5", "test"), InputError);
}

TEST_CASE("map projections: an image's corners, its box and its middle pixel on the ground") {
  const MapProjection map("+proj=merc +lat_ts=0 +lon_0=0 +R=6371000", "test");
  const MapPoint middle = map.forward({15, 60});
  const MapBox box{middle.x - 100'000, middle.y - 50'000, middle.x + 100'000, middle.y + 50'000};
  const MapCorners corners = corners_of(map, box);
  const auto again = box_of(map, corners);
  REQUIRE(again);
  CHECK(again->west == doctest::Approx(box.west));
  CHECK(again->north == doctest::Approx(box.north));
  const auto [width, height] = ground_pixel(map, box, 100, 50);
  CHECK(width == doctest::Approx(1).epsilon(0.005));  // cos 60 of 2 km on a sphere; WGS84 is wider there by 0.3 %
  CHECK(height == doctest::Approx(1).epsilon(0.005));
  CHECK_FALSE(box_of(map, {{{0, 50}, {1, 60}, {10, 60}, {10, 50}}}));
  CHECK(ground_kilometres({0, 0}, {1, 0}) == doctest::Approx(111.3195).epsilon(1e-6));  // 6378.137 km, in radians
}

TEST_CASE("map projection: WKT becomes a PROJ string") {
  const MapProjection map(
      R"(PROJCS["a",GEOGCS["b",DATUM["c",SPHEROID["d",6371000,0]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],)"
      R"(PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",10],PARAMETER["scale_factor",1],)"
      R"(PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]])",
      "a.nc");
  CHECK(map.definition() == "+proj=merc +lon_0=10 +k=1 +x_0=0 +y_0=0 +R=6371000 +units=m +no_defs");
  CHECK(map.forward({11, 0}).x == doctest::Approx(6371000 * 3.14159265358979 / 180));
}

TEST_CASE("map projection: an axis with more digits than the stack can take is refused by PROJ") {
  CHECK_THROWS_AS(MapProjection("+proj=stere +a=" + std::string(100'000, '1'), "test"), InputError);
}
