#include "datasets/files/netcdf_classic.hpp"

#include <doctest/doctest.h>
#include <netcdf.h>

#include <fstream>
#include <string>
#include <vector>

#include "datasets/files/netcdf.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

struct Shape {
  nc_type type;
  std::vector<const char*> dimensions;
};

/// Writes variables a, b, ... of these shapes; `records` of those along "time".
void write(const std::filesystem::path& path, int format, const std::vector<Shape>& shapes, std::size_t records) {
  int file = -1, x = -1, time = -1;
  REQUIRE(nc_create(path.c_str(), NC_CLOBBER | format, &file) == NC_NOERR);
  nc_def_dim(file, "x", 5, &x);
  nc_def_dim(file, "time", NC_UNLIMITED, &time);
  nc_put_att_text(file, NC_GLOBAL, "title", 7, "rain of");
  std::string name = "a";
  std::vector<int> numbers;
  for (const Shape& shape : shapes) {
    std::vector<int> dimensions;
    for (const std::string dimension : shape.dimensions) dimensions.push_back(dimension == "x" ? x : time);
    numbers.emplace_back();
    REQUIRE(nc_def_var(file, name.c_str(), shape.type, static_cast<int>(dimensions.size()), dimensions.data(),
                       &numbers.back()) == NC_NOERR);
    const double units[] = {1, 2, 3};
    nc_put_att_double(file, numbers.back(), "scale", NC_SHORT, 3, units);
    ++name[0];
  }
  nc_enddef(file);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    std::vector<std::size_t> start, count;
    for (const std::string dimension : shapes[i].dimensions)
      start.push_back(0), count.push_back(dimension == "x" ? 5 : records);
    const std::vector<double> ones(5 * records + 5, 1);
    nc_put_vara_double(file, numbers[i], start.data(), count.data(), ones.data());
  }
  REQUIRE(nc_close(file) == NC_NOERR);
}

}  // namespace

TEST_CASE("netcdf: a file in a classic format tells how long it is, and is refused where it is cut short") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "a.nc";
  const std::vector<std::vector<Shape>> contents{
      {{NC_FLOAT, {"x"}}},                                                      // no records
      {{NC_BYTE, {"x"}}, {NC_DOUBLE, {}}},                                      // padding; a single number
      {{NC_SHORT, {"time", "x"}}},                                              // records alone, which are not padded
      {{NC_SHORT, {"time", "x"}}, {NC_INT, {"x"}}, {NC_DOUBLE, {"time"}}},      // padded records
      {{NC_DOUBLE, {"time"}}, {NC_BYTE, {"time", "x"}}, {NC_BYTE, {"time"}}}};  // the last of which is padding
  for (const int format : {0, NC_64BIT_OFFSET, NC_64BIT_DATA})
    for (std::size_t i = 0; i < contents.size(); ++i)
      for (const std::size_t records : {0, 1, 4}) {
        CAPTURE(format);
        CAPTURE(i);
        CAPTURE(records);
        write(path, format, contents[i], records);
        const auto told = netcdf::classic_bytes(path);
        REQUIRE(told);
        const auto bytes = std::filesystem::file_size(path);
        CHECK(*told <= bytes);
        if (records > 0 || i < 2) CHECK(bytes - *told < 4);
        CHECK_NOTHROW(netcdf::File(path, "fetch it again"));
        if (*told == 0) continue;
        std::filesystem::resize_file(path, *told - 1);
        CHECK(refusal([&] { netcdf::File(path, "fetch it again"); }) ==
              path.string() + ": cannot be read as NetCDF (it is cut short: " + std::to_string(*told - 1) + " of " +
                  std::to_string(*told) + " bytes); fetch it again");
      }
}

TEST_CASE("netcdf: what is no classic file, or has a damaged header, tells no length") {
  const TemporaryFolder folder;
  const auto told = [&](const std::string& bytes) {
    std::ofstream(folder / "a.nc", std::ios::binary) << bytes;
    return netcdf::classic_bytes(folder / "a.nc");
  };
  CHECK(!netcdf::classic_bytes(folder / "none"));
  CHECK(!told(""));
  CHECK(!told("\x89HDF\r\n"));
  CHECK(!told("CDF\x04" + std::string(100, '\0')));
  CHECK(!told("CDF\x01"));
  CHECK(!told("CDF\x01" + std::string(100, '\xff')));
  CHECK(!told("CDF\x05" + std::string(10, '\0') + std::string(300, '\x7f')));
}
