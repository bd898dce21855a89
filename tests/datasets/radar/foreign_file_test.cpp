#include "datasets/radar/foreign_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "datasets/radar/radar_files.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

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
  told("BZh91AY");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"),
                       doctest::Contains("is packed by bzip2, which is not supported; unpack it"), UnreadableFile);
  told("AR2V0006");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"), doctest::Contains("such as MRMS PrecipRate"), UnreadableFile);
}
