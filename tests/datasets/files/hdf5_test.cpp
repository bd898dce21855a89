#include "datasets/files/hdf5.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <vector>

#include "search/base/error.hpp"
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
  std::string bytes = text_of(path);
  const auto heap = bytes.find("GCOL");  // which holds texts of any length
  REQUIRE(heap != std::string::npos);
  std::ofstream(path, std::ios::binary) << bytes.replace(heap, 4, "lost");
  const hdf5::Handle file = hdf5::open(path, "");
  const std::string message = path.string() + ": /: gain cannot be read; fetch it again or leave it out";
  CHECK(refusal([&] { hdf5::read_text(file, "gain"); }) == message);
  CHECK(refusal([&] { hdf5::read_number(file, "gain"); }) == message);
}

TEST_CASE("what cannot be read is not taken for another kind of file") {
  const TemporaryFolder folder;
  CHECK(refusal([&] { hdf5::open(folder.path(), "give a file"); }) ==
        folder.path().string() + ": cannot be read (Is a directory); give a file");
}
