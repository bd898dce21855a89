#include "datasets/files/netcdf.hpp"

#include <doctest/doctest.h>
#include <netcdf.h>

#include <array>
#include <cmath>
#include <fstream>
#include <numeric>
#include <vector>

#include "datasets/files/cf_time.hpp"
#include "datasets/files/hdf5.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/files/unknown_filter.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

/// One file, one dimension `x`, variables as libnetcdf writes them.
class Maker {
 public:
  Maker(const std::filesystem::path& path, std::size_t length) {
    REQUIRE(nc_create(path.c_str(), NC_NETCDF4, &file_) == NC_NOERR);
    nc_def_dim(file_, "x", length, &dimension_);
  }
  ~Maker() { nc_close(file_); }
  int variable(const char* name, nc_type type) {
    int variable = -1;
    REQUIRE(nc_def_var(file_, name, type, 1, &dimension_, &variable) == NC_NOERR);
    return variable;
  }
  int file() const { return file_; }

 private:
  int file_ = -1, dimension_ = -1;
};

std::vector<double> decoded(const std::filesystem::path& path, const char* name) {
  std::string problem;
  const auto file = netcdf::File::open(path, problem);
  REQUIRE(file);
  const auto variable = file->variable(name);
  REQUIRE(variable);
  return file->decoded(*variable, file->read(*variable));
}

}  // namespace

TEST_CASE("netcdf: of an overlong text only the beginning is read") {
  const TemporaryFolder folder;
  {
    Maker maker(folder / "a.nc", 1);
    const std::string longest(100'000, 'a');
    const char* const pointer = longest.c_str();
    const int variable = maker.variable("v", NC_FLOAT);
    nc_put_att_text(maker.file(), variable, "units", longest.size(), pointer);
    nc_put_att_string(maker.file(), variable, "calendar", 1, const_cast<const char**>(&pointer));
  }
  std::string problem;
  const auto file = netcdf::File::open(folder / "a.nc", problem);
  REQUIRE(file);
  const auto variable = file->variable("v").value();
  for (const char* name : {"units", "calendar"}) CHECK(file->text(variable, name) == std::string(10'000, 'a'));
  CHECK_THROWS_AS(netcdf::unix_times({0}, file->text(variable, "units").value(), "", "a.nc"), InputError);
}

TEST_CASE("netcdf: packed numbers are scaled, and NaN where a fill value, a missing value or nothing was written") {
  const TemporaryFolder folder;
  {
    Maker maker(folder / "a.nc", 4);
    const int packed = maker.variable("packed", NC_SHORT);
    const short fill = -1, missing = -2;
    const double scale = 0.5, offset = 100;
    nc_put_att_short(maker.file(), packed, "_FillValue", NC_SHORT, 1, &fill);
    nc_put_att_short(maker.file(), packed, "missing_value", NC_SHORT, 1, &missing);
    nc_put_att_double(maker.file(), packed, "scale_factor", NC_DOUBLE, 1, &scale);
    nc_put_att_double(maker.file(), packed, "add_offset", NC_DOUBLE, 1, &offset);
    const std::array<short, 4> numbers{0, -1, -2, -10};
    REQUIRE(nc_put_var_short(maker.file(), packed, numbers.data()) == NC_NOERR);
    maker.variable("empty", NC_FLOAT);
  }
  const std::vector<double> packed = decoded(folder / "a.nc", "packed");
  CHECK(packed[0] == 100);
  CHECK(std::isnan(packed[1]));
  CHECK(std::isnan(packed[2]));
  CHECK(packed[3] == 95);
  for (const double value : decoded(folder / "a.nc", "empty")) CHECK(std::isnan(value));  // libnetcdf's own fill value
}

TEST_CASE("netcdf: unsigned numbers, and their fill value, which is stored with a sign") {
  const TemporaryFolder folder;
  {
    Maker maker(folder / "a.nc", 3);
    const int bytes = maker.variable("bytes", NC_BYTE), shorts = maker.variable("shorts", NC_SHORT),
              ints = maker.variable("ints", NC_INT), longs = maker.variable("longs", NC_INT64);
    const signed char fill = -1;
    nc_put_att_schar(maker.file(), bytes, "_FillValue", NC_BYTE, 1, &fill);
    for (const int variable : {bytes, shorts, ints, longs})
      nc_put_att_text(maker.file(), variable, "_Unsigned", 4, "true");
    const std::array<signed char, 3> numbers{5, -1, -2};
    REQUIRE(nc_put_var_schar(maker.file(), bytes, numbers.data()) == NC_NOERR);
    const std::array<short, 3> wide{5, -1, -2};
    REQUIRE(nc_put_var_short(maker.file(), shorts, wide.data()) == NC_NOERR);
    const std::array<int, 3> wider{5, -1, -2};
    REQUIRE(nc_put_var_int(maker.file(), ints, wider.data()) == NC_NOERR);
    const std::array<long long, 3> widest{5, -1LL << 62, -1LL << 61};
    REQUIRE(nc_put_var_longlong(maker.file(), longs, widest.data()) == NC_NOERR);
  }
  const std::vector<double> bytes = decoded(folder / "a.nc", "bytes");
  CHECK(bytes[0] == 5);
  CHECK(std::isnan(bytes[1]));
  CHECK(bytes[2] == 254);
  CHECK(decoded(folder / "a.nc", "shorts") == std::vector<double>{5, 65535, 65534});
  CHECK(decoded(folder / "a.nc", "ints") == std::vector<double>{5, 4294967295, 4294967294});
  CHECK(decoded(folder / "a.nc", "longs") == std::vector<double>{5, 3 * std::ldexp(1, 62), 7 * std::ldexp(1, 61)});
}

TEST_CASE("netcdf: cells never written, and numbers out of the valid range, are missing") {
  const TemporaryFolder folder;
  {
    Maker maker(folder / "a.nc", 5);
    const int empty = maker.variable("empty", NC_SHORT), bytes = maker.variable("bytes", NC_BYTE);
    const double scale = 0.5;
    for (const int variable : {empty, bytes})
      nc_put_att_double(maker.file(), variable, "scale_factor", NC_DOUBLE, 1, &scale);
    const std::array<short, 5> numbers{-1, 0, 10, 200, 201};
    const int packed = maker.variable("packed", NC_SHORT), physical = maker.variable("physical", NC_SHORT);
    const std::array<short, 2> range{0, 200};
    nc_put_att_short(maker.file(), packed, "valid_range", NC_SHORT, 2, range.data());
    const std::array<double, 2> real_range{0, 100};  // in mm, not in steps of half a mm
    nc_put_att_double(maker.file(), physical, "valid_min", NC_DOUBLE, 1, real_range.data());
    nc_put_att_double(maker.file(), physical, "valid_max", NC_DOUBLE, 1, &real_range[1]);
    for (const int variable : {packed, physical})
      nc_put_att_double(maker.file(), variable, "scale_factor", NC_DOUBLE, 1, &scale);
    for (const int variable : {packed, physical})
      REQUIRE(nc_put_var_short(maker.file(), variable, numbers.data()) == NC_NOERR);
    const int floats = maker.variable("floats", NC_FLOAT);
    const int texts = maker.variable("texts", NC_FLOAT);
    nc_put_att_text(maker.file(), texts, "missing_value", 7, "-9999.9");
    nc_put_att_text(maker.file(), texts, "scale_factor", 3, "0.5");
    const double missing = -9999.9;  // a double that no float equals
    const std::array<float, 5> reals{-9999.9f, 0, 1, 2, 3};
    nc_put_att_double(maker.file(), floats, "missing_value", NC_DOUBLE, 1, &missing);
    for (const int variable : {floats, texts})
      REQUIRE(nc_put_var_float(maker.file(), variable, reals.data()) == NC_NOERR);
  }
  for (const double value : decoded(folder / "a.nc", "empty")) CHECK(std::isnan(value));
  CHECK(decoded(folder / "a.nc", "bytes")[0] == doctest::Approx(-63.5));  // all values of bytes are in use
  for (const char* const name : {"packed", "physical"}) {
    CAPTURE(name);
    const std::vector<double> values = decoded(folder / "a.nc", name);
    CHECK(std::isnan(values[0]));
    CHECK(values[1] == 0);
    CHECK(values[3] == 100);
    CHECK(std::isnan(values[4]));
  }
  CHECK(std::isnan(decoded(folder / "a.nc", "floats")[0]));
  CHECK(decoded(folder / "a.nc", "floats")[1] == 0);
  CHECK(std::isnan(decoded(folder / "a.nc", "texts")[0]));
  CHECK(decoded(folder / "a.nc", "texts")[4] == 1.5);
}

TEST_CASE("netcdf: a part of a variable, a part that does not exist, and one that cannot be read") {
  const TemporaryFolder folder;
  {
    Maker maker(folder / "a.nc", 5);
    const int variable = maker.variable("x", NC_DOUBLE);
    const std::array<double, 5> numbers{1, 2, 3, 4, 5};
    REQUIRE(nc_put_var_double(maker.file(), variable, numbers.data()) == NC_NOERR);
  }
  std::string problem;
  const auto file = netcdf::File::open(folder / "a.nc", problem);
  REQUIRE(file);
  CHECK(file->variables().size() == 1);
  CHECK(!file->variable("y"));
  const auto x = file->variable("x");
  REQUIRE(x);
  CHECK(x->dimensions == std::vector<std::string>{"x"});
  CHECK(file->read(*x, {1}, {3}) == std::vector<double>{2, 3, 4});
  CHECK(file->read(*x, {4}, {1}) == std::vector<double>{5});
  CHECK(file->read(*x, {4}, {2}).empty());  // beyond the end
  CHECK(!netcdf::File::open(folder / "none.nc", problem));
  CHECK(!problem.empty());
}

TEST_CASE("netcdf: a variable that a filter has packed which is not here names the filter") {
  const TemporaryFolder folder;
  write_with_unknown_filter(folder / "a.nc", "pr");
  const netcdf::File file(folder / "a.nc", "fetch it again");
  CHECK(refusal([&] {
          file.read(*file.variable("pr"));
        }).starts_with((folder / "a.nc").string() + ": /pr is packed by HDF5's filter 32000 (lzf)"));
}

TEST_CASE("netcdf: of a variable larger than memory a part can be read, but not the whole") {
  const TemporaryFolder folder;
  Hdf5Maker(folder / "a.nc").empty_dataset("v", {hsize_t{1} << 32, hsize_t{1} << 32});
  std::string problem;
  const auto file = netcdf::File::open(folder / "a.nc", problem);
  REQUIRE(file);
  const auto variable = file->variable("v").value();
  CHECK(file->read(variable, {1, 1}, {1, 3}) == std::vector<double>{0, 0, 0});
  CHECK(file->read(variable).empty());
}

TEST_CASE("netcdf: chunks that hold more than the part read are unpacked once") {
  const TemporaryFolder folder;
  const std::size_t months = 24, cells = 20;  // more than libnetcdf keeps by itself
  std::vector<float> values(months * cells);
  std::iota(values.begin(), values.end(), 1.f);
  {
    int file = 0, dimensions[2] = {}, variable = 0;
    REQUIRE(nc_create((folder / "a.nc").c_str(), NC_NETCDF4, &file) == NC_NOERR);
    nc_def_dim(file, "time", months, &dimensions[0]), nc_def_dim(file, "cell", cells, &dimensions[1]);
    nc_def_var(file, "v", NC_FLOAT, 2, dimensions, &variable);
    const std::size_t chunk[] = {months, 1};
    nc_def_var_chunking(file, variable, NC_CHUNKED, chunk), nc_def_var_deflate(file, variable, 0, 1, 1);
    REQUIRE(nc_put_var_float(file, variable, values.data()) == NC_NOERR);
    REQUIRE(nc_close(file) == NC_NOERR);
  }
  std::size_t bytes = 0, places = 0;
  float preemption = 0;
  nc_get_chunk_cache(&bytes, &places, &preemption);
  nc_set_chunk_cache(1, 1009, 0);  // for files opened from here on
  const netcdf::File file(folder / "a.nc", "");
  nc_set_chunk_cache(bytes, places, preemption);
  const netcdf::Variable variable = file.variable("v").value();
  const auto month = [&](std::size_t i) { return file.read(variable, {i, 0}, {1, cells}); };
  REQUIRE(month(0)[3] == 4);
  std::ofstream(folder / "a.nc") << "no longer what was unpacked";
  for (const std::size_t i : {1, 23, 0}) {
    REQUIRE(month(i).size() == cells);
    for (std::size_t cell = 0; cell < cells; ++cell) CHECK(month(i)[cell] == values[i * cells + cell]);
  }
}

TEST_CASE("netcdf: attributes that libnetcdf cannot read are refused: they do not count as missing") {
  const TemporaryFolder folder;
  const auto path = folder / "a.nc";
  {
    Maker maker(path, 1);
    const double scale = 0.01;
    nc_put_att_double(maker.file(), maker.variable("v", NC_SHORT), "scale_factor", NC_DOUBLE, 1, &scale);
  }
  {
    const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const hdf5::Handle variable(H5Dopen2(file, "v", H5P_DEFAULT), H5Dclose);
    const std::array<hsize_t, 2> table{1, 1};  // NetCDF's attributes have one dimension
    const hdf5::Handle space(H5Screate_simple(2, table.data(), nullptr), H5Sclose);
    const hdf5::Handle attribute(H5Acreate2(variable, "table", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT),
                                 H5Aclose);
  }
  const netcdf::File file(path, "");
  const auto variable = file.variable("v").value();
  for (const std::string& message :
       {refusal([&] { file.number(variable, "scale_factor"); }), refusal([&] { file.text(variable, "units"); })}) {
    CAPTURE(message);
    CHECK(message.starts_with(path.string() + ": its attribute "));
    CHECK(message.ends_with("); fetch it again or leave it out"));
  }
}
