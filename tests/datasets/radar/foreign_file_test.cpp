#include "datasets/radar/foreign_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "datasets/files/netcdf.hpp"
#include "datasets/radar/radar_files.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

TEST_CASE("a tar archive of HDF5 files is refused, of which HDF5 would open the first") {
  const TemporaryFolder folder;
  KnmiFile().write(folder / "1.h5");
  // A header of tar, as far as it matters, and the file.
  std::string header(512, '\0');
  header.replace(0, 4, "1.h5").replace(257, 5, "ustar");
  std::ofstream(folder / "a.tar", std::ios::binary) << header << text_of(folder / "1.h5");
  REQUIRE(H5Fis_hdf5((folder / "a.tar").c_str()) > 0);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a.tar"), doctest::Contains("a.tar: is a tar archive; unpack it"),
                       UnreadableFile);
  std::string problem;
  CHECK(!netcdf::File::open(folder / "a.tar", problem));
  CHECK(problem == "it is a tar archive, to be unpacked");
  std::ofstream(folder / "a.tar", std::ios::binary) << std::string(512, ' ') << text_of(folder / "1.h5");
  CHECK(list_radar_images(folder / "a.tar").size() == 1);  // other bytes may stand there
}

TEST_CASE("files of other kinds are reported as not supported, not as damaged") {
  const TemporaryFolder folder;
  const auto told = [&](const std::string& bytes) {
    std::ofstream(folder / "a", std::ios::binary) << bytes << std::string(300, ' ');
    return radar::foreign_kind(folder / "a").value_or("none");
  };
  CHECK(told("GIF89a") == "a GIF image");
  CHECK(told("P5\n700 765\n255\n") == "a PGM image, or one of its kin");
  CHECK(told("RW030950100000814BY1620130VS 3SW   2.13.1PR E-01") == "a binary RADOLAN composite");
  CHECK(told("RV2509230855100000925BY2640147VS 5SW") == "none");  // not their header: two digits too many
  CHECK(told("CDF\x01") == "none");
  told("GIF87a");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"),
                       doctest::Contains("is a GIF image, which is not supported; give KNMI"), UnreadableFile);
  CHECK(told("\x28\xb5\x2f\xfd") == "packed by zstd");
  CHECK(told("7z\xbc\xaf\x27\x1c") == "a 7-Zip archive");
  told("BZh91AY");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"),
                       doctest::Contains("is packed by bzip2, which is not supported; unpack it"), UnreadableFile);
  told("AR2V0006");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"), doctest::Contains("such as MRMS PrecipRate"), UnreadableFile);
}
