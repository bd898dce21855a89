#include "datasets/files/hdf5.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/files/netcdf.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "tests/datasets/files/unknown_filter.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

namespace {

/// An empty file to give attributes to.
hdf5::Handle create(const std::filesystem::path& path) {
  hdf5::silence();
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose};
}

void write_integers(const hdf5::Handle& object, const std::string& name, const std::vector<int>& values) {
  const hsize_t count = values.size();
  const hdf5::Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const hdf5::Handle attribute(H5Acreate2(object, name.c_str(), H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT),
                               H5Aclose);
  H5Awrite(attribute, H5T_NATIVE_INT, values.data());
}

/// Replaces the first `old` in a file.
void damage(const std::filesystem::path& path, std::string_view old, std::string_view by) {
  std::string bytes = text_of(path);
  const auto place = bytes.find(old);
  REQUIRE(place != std::string::npos);
  std::ofstream(path, std::ios::binary) << bytes.replace(place, old.size(), by);
}

/// As a file has it.
std::string bytes_of(std::uint64_t length) {
  return {reinterpret_cast<const char*>(&length), sizeof(length)};
}

}  // namespace

TEST_CASE("an attribute of many integers is not one integer") {
  const TemporaryFolder folder;
  const hdf5::Handle file = create(folder / "a.h5");
  write_integers(file, "format_version", std::vector<int>(3000, 7));
  hdf5::write_attribute(file, "one", 7);
  hdf5::write_attribute(file, "text", std::string("7"));
  CHECK(hdf5::read_int_attribute(file, "format_version", -1) == -1);
  CHECK(hdf5::read_int_attribute(file, "one", -1) == 7);
  CHECK(hdf5::read_int_attribute(file, "text", -1) == -1);
  CHECK(hdf5::read_int_attribute(file, "none", -1) == -1);
  std::array<float, 3> three{};
  CHECK_FALSE(hdf5::read_attribute(file, "format_version", three));
}

TEST_CASE("a provenance of any length is written: a long one by its two ends, with no path cut") {
  const TemporaryFolder folder;
  const auto written = [&](const std::string& text) {
    const hdf5::Handle file = create(folder / "a.h5");
    CHECK(hdf5::write_provenance(file, text));
    return hdf5::read_text(file, "provenance").value();
  };
  std::string paths = "prepare nowcast";
  for (int i = 0; i < 8928; ++i)
    paths += " /archive/radar/2010/08/RAD_NL25_RAP_5min_" + std::to_string(100000 + i) + ".h5";
  const std::string noted = written(paths + " --size 128");
  const std::size_t gap = noted.find(" ... /archive/");
  REQUIRE(gap != std::string::npos);
  CHECK(noted.size() > 55000);
  CHECK(paths.starts_with(noted.substr(0, gap) + " /archive"));
  CHECK((paths + " --size 128").ends_with(noted.substr(gap + 4)));
  CHECK(written("prepare tornado a --seed 1") == "prepare tornado a --seed 1");
  CHECK(written(std::string(100000, 'x')) == std::string(30000, 'x') + " ...");
}

TEST_CASE("numbers that no memory has room for cannot be read") {
  const TemporaryFolder folder;
  Hdf5Maker(folder / "a.h5").empty_dataset("v", {hsize_t{1} << 32, hsize_t{1} << 32});
  const hdf5::Handle file = hdf5::open(folder / "a.h5", "");
  CHECK(!hdf5::read_all<float>({H5Dopen2(file, "v", H5P_DEFAULT), H5Dclose}));
}

TEST_CASE(
    "a file that another program has locked is being written; ours are not locked, for some file systems have no "
    "locks") {
  const TemporaryFolder folder;
  create(folder / "a.h5");
  {
    const hdf5::Handle file = hdf5::open(folder / "a.h5", "wait");
    const Descriptor other(::open((folder / "a.h5").c_str(), O_RDONLY));
    CHECK(::flock(*other, LOCK_EX | LOCK_NB) == 0);
    CHECK(refusal([&] { hdf5::open(folder / "a.h5", "wait"); }) ==
          (folder / "a.h5").string() + ": is being written; wait");
    std::string problem;
    CHECK(!netcdf::File::open(folder / "a.h5", problem));
    CHECK(problem == "it is being written");
  }
  CHECK_NOTHROW(hdf5::open(folder / "a.h5", "wait"));
}

TEST_CASE("numbers that a filter has packed which is not here cannot be read, and the filter is named") {
  hdf5::silence();
  const TemporaryFolder folder;
  write_with_unknown_filter(folder / "a.h5", "rain");
  const hdf5::Handle file = hdf5::open(folder / "a.h5", "fetch it again");
  CHECK(
      refusal([&] { hdf5::read_all<float>(hdf5::open_object(file, "rain")); }) ==
      (folder / "a.h5").string() +
          ": /rain is packed by HDF5's filter 32000 (lzf), which is not here; install its plug-in and set "
          "HDF5_PLUGIN_PATH to the folder, or have the file packed anew where it was made: h5repack -f GZIP=4 OLD NEW");
}

TEST_CASE("an attribute's number is its first, also in a text; only a missing attribute has none") {
  const TemporaryFolder folder;
  const hdf5::Handle file = create(folder / "a.h5");
  write_integers(file, "list", {3, 4});
  hdf5::write_attribute(file, "real", 0.25);
  for (const char* text : {"0.01", " -1e3 ", "nan", "1 mm", "none", ""})
    hdf5::write_attribute(file, text, std::string(text));
  CHECK(hdf5::read_number(file, "list") == 3);
  CHECK(hdf5::read_number(file, "real") == 0.25);
  CHECK(hdf5::read_number(file, "0.01") == 0.01);
  CHECK(hdf5::read_number(file, " -1e3 ") == -1000);
  CHECK(std::isnan(hdf5::read_number(file, "nan").value()));
  CHECK_FALSE(hdf5::read_number(file, "absent"));
  for (const std::string text : {"1 mm", "none"})
    CHECK_THROWS_WITH_AS(
        hdf5::read_number(file, text),
        ((folder / "a.h5").string() + ": /: " + text + " is '" + text + "', no number; mend it or leave it out")
            .c_str(),
        InputError);
}

TEST_CASE("a text that is there and cannot be read is refused: it does not count as missing") {
  const TemporaryFolder folder;
  const auto path = folder / "a.h5";
  {
    const hdf5::Handle file = create(path), type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
    H5Tset_size(type, H5T_VARIABLE);
    const hdf5::Handle attribute(H5Acreate2(file, "gain", type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    const char* const text = "0.01";
    H5Awrite(attribute, type, static_cast<const void*>(&text));
  }
  damage(path, "GCOL", "lost");  // which holds texts of any length
  const hdf5::Handle file = hdf5::open(path, "");
  const std::string message = path.string() + ": /: gain cannot be read; fetch it again or leave it out";
  CHECK(refusal([&] { hdf5::read_text(file, "gain"); }) == message);
  CHECK(refusal([&] { hdf5::read_number(file, "gain"); }) == message);
}

TEST_CASE("an integer or a list of floats that is there and cannot be read is refused, too") {
  const TemporaryFolder folder;
  const auto path = folder / "a.h5";
  hdf5::write_attribute(create(path), "version", 3);
  constexpr char end = 0;  // of the name; its type follows
  damage(path, std::string("version") + end + '\x10', std::string("version") + end + '\xf0');
  const hdf5::Handle file = hdf5::open(path, "");
  const std::string message = path.string() + ": /: version cannot be read; fetch it again or leave it out";
  CHECK(refusal([&] { hdf5::read_int_attribute(file, "version", 0); }) == message);
  std::array<float, 1> one{};
  CHECK(refusal([&] { hdf5::read_attribute(file, "version", one); }) == message);
}

TEST_CASE("a path leads to a group or a dataset; below a dataset there is nothing") {
  const TemporaryFolder folder;
  Hdf5Maker(folder / "a.h5").dataset("a/b", "c", H5T_NATIVE_FLOAT, {1}, {7});
  const hdf5::Handle file = hdf5::open(folder / "a.h5", "");
  for (const char* there : {"a", "/a", "a/b", "/a/b/c"}) CHECK_MESSAGE(hdf5::has(file, there), there);
  for (const char* absent : {"b", "/b", "a/c", "b/c", "a/b/c/d"}) CHECK_MESSAGE(!hdf5::has(file, absent), absent);
}

TEST_CASE("what a damaged group holds does not count as missing") {
  const TemporaryFolder folder;
  const auto path = folder / "a.h5";
  Hdf5Maker(path).dataset("/", "v", H5T_NATIVE_FLOAT, {1}, {7});
  damage(path, "SNOD", "lost");  // which holds the group's links
  const hdf5::Handle file = hdf5::open(path, "");
  const std::string message = path.string() + ": /: v cannot be read; fetch it again or leave it out";
  CHECK(refusal([&] { hdf5::has(file, "v"); }) == message);
  CHECK(refusal([&] { hdf5::has(file, "v/w"); }) == message);
  CHECK(refusal([&] { hdf5::extent(file, path, "v", H5T_NATIVE_FLOAT, ""); }) == message);
}

TEST_CASE("lengths whose product wraps to a small number are cut short") {
  const TemporaryFolder folder;
  const auto path = folder / "a.h5";
  std::uint64_t declared = 0;
  SUBCASE("to none") {
    declared = std::uint64_t{1} << 62;
  }
  SUBCASE("to what the file has") {
    declared = (std::uint64_t{1} << 62) + 6;
  }
  {
    const hdf5::Handle file = create(path);
    hdf5::create(file, "v", H5T_NATIVE_FLOAT, std::array<hsize_t, 2>{6, 4});
  }
  damage(path, bytes_of(6) + bytes_of(4), bytes_of(declared) + bytes_of(4));
  const hdf5::Handle file = hdf5::open(path, "");
  const std::string message = refusal([&] { hdf5::extent(file, path, "v", H5T_NATIVE_FLOAT, "make it again"); });
  CAPTURE(message);
  // HDF5 1.14 does not even open it.
  CHECK((message == path.string() + ": v is cut short; make it again" ||
         message == path.string() + ": /: v cannot be read; fetch it again or leave it out"));
}

TEST_CASE("what cannot be read is not taken for another kind of file") {
  const TemporaryFolder folder;
  CHECK(refusal([&] { hdf5::open(folder.path(), "give a file"); }) ==
        folder.path().string() + ": cannot be read (Is a directory); give a file");
}
