#include "datasets/radar/radar_polar.hpp"

#include <doctest/doctest.h>
#include <netcdf.h>

#include <array>

#include "datasets/radar/radar_files.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

void check_polar(const std::filesystem::path& path, const char* layout) {
  CHECK_THROWS_WITH_AS(list_radar_images(path), doctest::Contains(layout), InputError);
  CHECK_THROWS_WITH_AS(list_radar_images(path), doctest::Contains("give composites"), InputError);
}

/// A field over two dimensions of these names, in a classic file.
void write_netcdf(const std::filesystem::path& path, const char* rows, const char* columns, const char* beside) {
  int file = -1, variable = -1;
  std::array<int, 2> dimensions{};
  REQUIRE(nc_create(path.c_str(), NC_CLOBBER, &file) == NC_NOERR);
  nc_def_dim(file, rows, 3, &dimensions[0]);
  nc_def_dim(file, columns, 4, &dimensions[1]);
  nc_def_var(file, "Reflectivity", NC_FLOAT, 2, dimensions.data(), &variable);
  nc_put_att_text(file, variable, "units", 3, "dBZ");
  nc_def_var(file, beside, NC_FLOAT, 1, dimensions.data(), &variable);
  nc_close(file);
}

}  // namespace

TEST_CASE("polar data are recognised as such, in any layout") {
  const TemporaryFolder folder;
  SUBCASE("ODIM") {
    Hdf5Maker(folder / "a").attribute("what", "object", std::string("PVOL"));
    check_polar(folder / "a", "a volume or scan of ODIM");
  }
  SUBCASE("ODIM, cut out of its file") {
    Hdf5Maker(folder / "a").attribute("dataset7/where", "elangle", 0.5);
    check_polar(folder / "a", "a volume or scan of ODIM");
    Hdf5Maker(folder / "b").attribute("dataset1/what", "product", std::string("SCAN"));
    check_polar(folder / "b", "a volume or scan of ODIM");
  }
  SUBCASE("KNMI") {
    Hdf5Maker(folder / "a").dataset("scan1", "scan_Z_data", H5T_STD_U8LE, {2, 2}, {1, 2, 3, 4});
    check_polar(folder / "a", "scans of KNMI's or GAMIC's");
  }
  SUBCASE("CfRadial 2") {
    Hdf5Maker(folder / "a").dataset("sweep_0001", "DBZ", H5T_STD_U8LE, {2, 2}, {1, 2, 3, 4});
    check_polar(folder / "a", "sweeps of CfRadial");
  }
  SUBCASE("CfRadial 1") {
    write_netcdf(folder / "a", "time", "range", "azimuth");
    check_polar(folder / "a", "azimuth and range");
  }
  SUBCASE("EDGE") {
    write_netcdf(folder / "a", "Azimuth", "Gate", "GateWidth");
    check_polar(folder / "a", "azimuth and range");
  }
}
