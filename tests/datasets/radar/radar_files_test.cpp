#include "datasets/radar/radar_files.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

TEST_CASE("radar files: the kind is recognised by the contents, not by the name") {
  const TemporaryFolder folder;
  KnmiFile().write(folder / "image.nc");
  CHECK(list_radar_images(folder / "image.nc").size() == 1);
}

TEST_CASE("radar files: unreadable files are distinguished from files of another kind") {
  const TemporaryFolder folder;
  std::ofstream(folder / "text.h5") << "no radar\n";
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "text.h5"), doctest::Contains("cannot be read as HDF5 or NetCDF"),
                       UnreadableFile);
  KnmiFile().write(folder / "cut.h5");
  fs::resize_file(folder / "cut.h5", fs::file_size(folder / "cut.h5") / 2);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "cut.h5"), doctest::Contains("cut short"), UnreadableFile);
  Hdf5Maker(folder / "other.h5").dataset("/", "numbers", H5T_IEEE_F32LE, {2}, {1, 2});
  try {
    list_radar_images(folder / "other.h5");
    FAIL("accepted");
  } catch (const UnreadableFile&) {
    FAIL("it can be read");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find("holds no radar images that stormsweep knows") != std::string::npos);
  }
}

TEST_CASE("radar files: an image that has become smaller since it was listed is not read") {
  const TemporaryFolder folder;
  KnmiFile file;
  file.write(folder / "a.h5");
  const auto images = list_radar_images(folder / "a.h5");
  file.width = 2;
  file.write(folder / "a.h5");
  CHECK_THROWS_WITH_AS(read_radar_image(images[0]), doctest::Contains("a.h5: has changed while it was read"),
                       UnreadableFile);
}

TEST_CASE("rain rate of a reflectivity: Marshall and Palmer") {
  CHECK(rain_rate_of(10 * std::log10(200.0f)) == doctest::Approx(1));
  CHECK(rain_rate_of(10 * std::log10(200 * std::pow(10.0f, 1.6f))) == doctest::Approx(10));
}

TEST_SUITE("real data") {
  TEST_CASE("radar files: 92 real images, 5 min apart, 11 to 17 % of all pixels wet") {
    const auto data = real_data("radar-knmi");
    if (!data) return;
    constexpr std::int64_t midnight = 1282780800;  // 2010-08-26 00:00 UTC
    std::int64_t count = 0;
    std::set<std::int64_t> times;
    for (const auto& entry : fs::directory_iterator(*data)) {
      const auto images = list_radar_images(entry.path());
      REQUIRE(images.size() == 1);
      const RadarImage& image = images[0];
      times.insert(image.time);
      CHECK(image.grid.height == 765);
      CHECK(image.grid.width == 700);
      CHECK(image.grid.pixel_height == doctest::Approx(961).epsilon(0.002));  // (1 + sin 52.45) / (1 + sin 60) km
      CHECK(image.grid.corners[2][0] == doctest::Approx(10.856));
      const RadarFrame frame = read_radar_image(image);
      std::int64_t wet = 0, missing = 0;
      for (const float value : frame.values) wet += value > 0, missing += std::isnan(value);
      CHECK(missing == 398271);
      CHECK(static_cast<double>(wet) / 535500 > 0.105);
      CHECK(static_cast<double>(wet) / 535500 < 0.175);
      ++count;
    }
    CHECK(count == 92);
    REQUIRE(times.size() == 92);
    CHECK(*times.begin() == midnight);
    CHECK(*times.rbegin() == midnight + 91 * 300);
  }
}
