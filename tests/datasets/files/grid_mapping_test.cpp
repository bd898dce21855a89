#include "datasets/files/grid_mapping.hpp"

#include <doctest/doctest.h>

#include "datasets/files/map_projection.hpp"
#include "tests/datasets/netcdf_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

netcdf::GridMapping mapping(const NetcdfMaker::Texts& texts, const NetcdfMaker::Numbers& numbers) {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("y", 2), maker.dimension("x", 2);
    for (const char* const axis : {"y", "x"}) {
      maker.variable(axis, NC_DOUBLE, {axis}, {0, 1},
                     {{"units", "km"}, {"standard_name", std::string("projection_") + axis + "_coordinate"}});
    }
    maker.variable("crs", NC_DOUBLE, {}, {}, texts, numbers);
    maker.variable("rain", NC_FLOAT, {"y", "x"}, {}, {{"grid_mapping", "crs: x y"}});
  }
  const netcdf::File file = open_netcdf(folder / "a.nc");
  return grid_mapping_of(file, *file.variable("rain"));
}

std::string proj(const char* name, const NetcdfMaker::Numbers& numbers) {
  return mapping({{"grid_mapping_name", name}}, numbers).definition;
}

/// Metres on the map.
void check(const std::string& definition, GeoPoint point, MapPoint expected, double tolerance) {
  CAPTURE(definition);
  const MapPoint there = MapProjection(definition, "test").forward(point);
  CHECK(std::abs(there.x - expected.x) < tolerance);
  CHECK(std::abs(there.y - expected.y) < tolerance);
}

}  // namespace

TEST_CASE("grid mapping: worked examples of the EPSG guidance note 7-2") {
  constexpr double foot = 0.304800609601219;  // the survey foot, the note's unit for Texas
  // NAD27 / Texas South Central: 28 30 N, 96 W
  check(proj("lambert_conformal_conic", {{"standard_parallel", {28 + 23 / 60., 30 + 17 / 60.}},
                                         {"latitude_of_projection_origin", {27 + 50 / 60.}},
                                         {"longitude_of_central_meridian", {-99}},
                                         {"false_easting", {2000 * foot}},
                                         {"semi_major_axis", {6378206.4}},
                                         {"inverse_flattening", {294.9786982}}}),
        {-96, 28.5}, {2963503.91 * foot, 254759.80 * foot}, 0.05);
  // WGS 84 / Australian Antarctic Polar Stereographic: 75 S, 120 E
  check(proj("polar_stereographic", {{"standard_parallel", {-71}},
                                     {"straight_vertical_longitude_from_pole", {70}},
                                     {"latitude_of_projection_origin", {-90}},
                                     {"false_easting", {6000}},
                                     {"false_northing", {6000}},
                                     {"semi_major_axis", {6378137}},
                                     {"inverse_flattening", {298.257223563}}}),
        {120, -75}, {7255380.79, 7053389.56}, 0.05);
  // ETRS89 / Europe equal area: 50 N, 5 E
  check(proj("lambert_azimuthal_equal_area", {{"latitude_of_projection_origin", {52}},
                                              {"longitude_of_projection_origin", {10}},
                                              {"false_easting", {4321}},
                                              {"false_northing", {3210}},
                                              {"semi_major_axis", {6378137}},
                                              {"inverse_flattening", {298.2572221}}}),
        {5, 50}, {3962799.45, 2999718.85}, 0.05);
  // OSGB36 / British National Grid: 50 30 N, 0 30 E
  check(proj("transverse_mercator", {{"latitude_of_projection_origin", {49}},
                                     {"longitude_of_central_meridian", {-2}},
                                     {"scale_factor_at_central_meridian", {0.9996012717}},
                                     {"false_easting", {400}},
                                     {"false_northing", {-100}},
                                     {"semi_major_axis", {6377563.396}},
                                     {"inverse_flattening", {299.32496}}}),
        {0.5, 50.5}, {577274.99, 69740.50}, 0.05);
  // Pulkovo 1942 / Mercator Caspian Sea: 53 N, 53 E
  check(proj("mercator", {{"standard_parallel", {42}},
                          {"longitude_of_projection_origin", {51}},
                          {"semi_major_axis", {6378245}},
                          {"inverse_flattening", {298.3}}}),
        {53, 53}, {165704.29, 5171848.07}, 0.05);
}

TEST_CASE("grid mapping: a rotated pole, a satellite, a sphere") {
  // CORDEX EUR-11: (0, 0) is 50.75 N, 18 E
  check(proj("rotated_latitude_longitude",
             {{"grid_north_pole_latitude", {39.25}}, {"grid_north_pole_longitude", {-162}}}),
        {18, 50.75}, {0, 0}, 1e-6);
  const auto satellite = mapping({{"grid_mapping_name", "geostationary"}, {"sweep_angle_axis", "x"}},
                                 {{"perspective_point_height", {35786023}}, {"longitude_of_projection_origin", {-75}}});
  CHECK(satellite.height == 35786023);
  CHECK(satellite.definition == "+proj=geos +h=35786023 +lon_0=-75 +sweep=x +ellps=WGS84");
  CHECK(proj("albers_conical_equal_area", {{"standard_parallel", {-26.2, -29.3}},
                                           {"earth_radius", {6371229}},
                                           {"latitude_of_projection_origin", {-27}},
                                           {"longitude_of_central_meridian", {153}}}) ==
        "+proj=aea +lat_1=-26.2 +lat_2=-29.3 +lat_0=-27 +lon_0=153 +R=6371229");
}

TEST_CASE("grid mapping: PROJ strings and WKT as they are; what is unknown") {
  CHECK(mapping({{"proj4", "+proj=stere +lat_0=90"}}, {}).definition == "+proj=stere +lat_0=90");
  CHECK(mapping({{"crs_wkt", "PROJCRS[...]"}, {"grid_mapping_name", "oblique_mercator"}}, {}).definition ==
        "PROJCRS[...]");
  const auto unknown = mapping({{"grid_mapping_name", "oblique_mercator"}}, {});
  CHECK(unknown.definition.empty());
  CHECK(unknown.name == "oblique_mercator");
}
