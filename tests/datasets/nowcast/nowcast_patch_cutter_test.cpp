#include "datasets/nowcast/nowcast_patch_cutter.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("block means: over what is known, missing where more than half is") {
  const float none = std::nanf("");
  const std::vector<float> image{1, 2, none, none, 9,  //
                                 3, 4, none, 8,    9,  //
                                 1, 1, none, 6,    9,  //
                                 1, 1, 2,    none, 9,  //
                                 9, 9, 9,    9,    9};
  const auto means = block_means(image, 5, 2);
  REQUIRE(means.size() == 4);
  CHECK(means[0] == 2.5f);
  CHECK(std::isnan(means[1]));
  CHECK(means[2] == 1);
  CHECK(means[3] == 4);
  CHECK(block_means({1, 2, 3, 4}, 2, 1) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("stored numbers are rounded and bounded, missing ones marked") {
  const std::vector<float> image{0, 0.0149f, 0.0151f, 12, -3, 1000, std::nanf("")};
  CHECK(stored(image, 0.01f) == std::vector<std::uint16_t>{0, 1, 2, 1200, 0, most_stored, missing_stored});
}

TEST_CASE("impossible rain does not dilute what it is averaged with") {
  const TemporaryFolder folder;
  impossible_file().write(folder / "a.h5");
  const std::vector<RadarImage> images = list_radar_images(folder / "a.h5");
  PatchCutter cutter(images, 1, 2, 0.01f);
  const NowcastWindow thirteen_times{};
  CHECK(cutter.cut(thirteen_times, 0, 0)[0] == 0);
  CHECK(cutter.cut(thirteen_times, 0, 1)[12] == 32767);
}
