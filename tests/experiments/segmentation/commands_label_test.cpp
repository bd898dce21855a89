#include "experiments/segmentation/commands.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/weather/weather_file.hpp"
#include "datasets/weather/weather_writer.hpp"
#include "datasets/weather_synthesis/synthetic_weather.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/weather/cf_weather_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t label_height = 96, label_width = 144;
constexpr std::size_t label_pixels = 96 * 144;

struct LabelWorld {
  LabelWorld() {
    fs::create_directories(folder / "samples");
    for (const int i : {0, 1, 2}) {
      const SyntheticWeather weather =
          synthetic_weather(global_grid(label_height, label_width), static_cast<std::uint64_t>(i));
      write_weather_file(folder / ("samples/world-" + std::to_string(i) + ".h5"), label_height, label_width,
                         weather.fields, weather.truth, 1);
    }
  }
  std::vector<std::string> words(std::vector<std::string> more) const {
    std::vector<std::string> all{(folder / "samples").string(), "-o", (folder / "out").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string refusal(const std::vector<std::string>& all) const {
    try {
      label_segmentation_command(all);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  std::string refusal_of(const std::string& option, const std::string& value) const {
    return refusal(words({"--" + option, value}));
  }

  TemporaryFolder folder;
};

std::vector<std::int32_t> labels_of(const fs::path& path) {
  const hdf5::Handle file = hdf5::open(path, "");
  const hdf5::Handle data(H5Dopen2(file, "climate/labels", H5P_DEFAULT), H5Dclose);
  REQUIRE(data);
  std::vector<std::int32_t> values(label_pixels);
  REQUIRE(H5Dread(data, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  return values;
}

}  // namespace

TEST_CASE("label segmentation: files of labels, the same on any number of threads, and maps") {
  const LabelWorld world;
  REQUIRE(label_segmentation_command(world.words({"--threads", "1", "--png", (world.folder / "maps").string()})) ==
          exit_done);
  std::vector<std::vector<std::int32_t>> alone;
  for (const int i : {0, 1, 2}) {
    const std::string name = "world-" + std::to_string(i);
    alone.push_back(labels_of(world.folder / ("out/" + name + ".h5")));
    CHECK(fs::file_size(world.folder / ("maps/" + name + ".png")) > 5000);
    CHECK(std::ranges::count(alone.back(), 2) > 20);
    CHECK(std::ranges::count(alone.back(), 0) > static_cast<std::ptrdiff_t>(label_pixels / 10 * 9));
  }
  REQUIRE(label_segmentation_command(world.words({"--threads", "3"})) == exit_done);
  for (const int i : {0, 1, 2})
    CHECK(labels_of(world.folder / ("out/world-" + std::to_string(i) + ".h5")) == alone[static_cast<std::size_t>(i)]);

  REQUIRE(label_segmentation_command(world.words({"--threshold", "1e8", "--warm-core", "99"})) == exit_done);
  CHECK(std::ranges::count(labels_of(world.folder / "out/world-0.h5"), 0) == static_cast<std::ptrdiff_t>(label_pixels));
}

TEST_CASE("label segmentation: each time of a NetCDF file is a sample of its own, rivers alone") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.times = 2, maker.latitudes.clear(), maker.longitudes.clear();
  for (int i = 0; i < 96; ++i) maker.latitudes.push_back(71.25 - 1.5 * i);
  for (int i = 0; i < 144; ++i) maker.longitudes.push_back(2.5 * i);
  std::vector<float>& transport = maker.fields["IVT"];
  transport.assign(2 * label_pixels, 1);
  for (std::size_t row = 5; row < 25; ++row) {  // at the second time, 64 N to 35 N
    for (std::size_t column = 60; column < 62; ++column) transport[label_pixels + row * 144 + column] = 600;
  }
  maker.write(folder / "months.nc");
  REQUIRE(label_segmentation_command(
              {(folder / "months.nc").string(), "-o", (folder / "out").string(), "--threshold", "250"}) == exit_done);
  CHECK(std::ranges::count(labels_of(folder / "out/months-00000.h5"), 2) == 0);
  const auto second = labels_of(folder / "out/months-00001.h5");
  CHECK(std::ranges::count(second, 2) == 40);
  CHECK(second[24 * 144 + 61] == 2);
  CHECK(!fs::exists(folder / "out/months.h5"));
}

TEST_CASE("label segmentation: what is wrong is told, and nothing is written") {
  const LabelWorld world;
  CHECK(world.refusal_of("percentile", "101") == "stormsweep label segmentation: --percentile is 101; give 0 to 100");
  CHECK(world.refusal_of("river-field", "rain") ==
        "stormsweep label segmentation: --river-field is rain; give ivt or tmq");
  CHECK(world.refusal_of("width-over", "depth").find("--width-over is depth; give extent or length") !=
        std::string::npos);
  CHECK(world.refusal_of("threads", "0").find("--threads is 0") != std::string::npos);
  CHECK(world.refusal_of("far", "1").find("--far is 1; give 2 to 40") != std::string::npos);
  CHECK(world.refusal_of("warm-core", "nan").find("--warm-core is nan") != std::string::npos);
  CHECK(world.refusal({}).find("an operand is missing; usage: stormsweep label segmentation") != std::string::npos);
  CHECK(world.refusal({(world.folder / "none").string(), "-o", "x"}).find("none: no such file") != std::string::npos);
  CHECK(world.refusal({(world.folder / "samples").string(), "-o", (world.folder / "samples").string()})
            .find("it would write over") != std::string::npos);
  fs::create_directories(world.folder / "more");
  fs::copy(world.folder / "samples/world-1.h5", world.folder / "more/world-1.h5");
  auto words = world.words({});
  words.insert(words.begin(), (world.folder / "more").string());
  CHECK(world.refusal(words).find("would both be written to world-1.h5") != std::string::npos);
  CHECK(!fs::exists(world.folder / "out"));
}
