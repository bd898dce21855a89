#include "experiments/nowcast/commands.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "datasets/radar/odim_writer.hpp"
#include "datasets/radar/radar_files.hpp"
#include "experiments/nowcast/nowcast_notes.hpp"
#include "experiments/nowcast/nowcast_product.hpp"
#include "experiments/task/model_file.hpp"
#include "models/nowcast_cnn.hpp"
#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t start = 1282780800;  // 2010-08-26 00:00 UTC
constexpr std::int64_t file_height = 60, file_width = 45;

/// A shower that moves by a pixel per frame, in values that an ODIM file keeps exactly.
RadarFrame shower(std::int64_t number) {
  RadarFrame frame{.time = start + 600 * number, .quantity = RadarQuantity::rain_rate, .grid = {}, .values = {}};
  frame.grid.height = file_height, frame.grid.width = file_width;
  frame.grid.pixel_height = frame.grid.pixel_width = 1000;
  for (std::int64_t i = 0; i < file_height * file_width; ++i) {
    const auto row = static_cast<double>(i / file_width - 30),
               column = static_cast<double>(i % file_width - 20 - number);
    frame.values.push_back(static_cast<float>(std::round(1000 * std::exp(-(row * row + column * column) / 50)) / 100));
  }
  return frame;
}

NowcastMeta model() {
  NowcastMeta meta;
  meta.statistics = {.mean = 0.4f, .deviation = 1.5f};
  return meta;
}

/// 13 files of observations, and an untrained network.
struct World {
  World() {
    fs::create_directories(folder / "radar");
    for (std::int64_t i = 0; i < 13; ++i) {
      write_odim(folder / fmt::format("radar/{:02}.h5", i), {.issued = shower(i).time,
                                                             .frames = {shower(i)},
                                                             .quality = std::vector<float>(file_height * file_width, 1),
                                                             .quality_meaning = ""});
    }
    const Experiment& nowcast = find_experiment("nowcast", "test");
    Configuration configuration;
    for (const auto& hyperparameter : nowcast.hyperparameters) {
      configuration.values.push_back(hyperparameter.name == "base_filters" ? Value(std::int64_t{2})
                                                                           : hyperparameter.fallback);
    }
    save_model(folder / "model.pt", nowcast, configuration, nowcast_notes(model()), network);
  }
  std::vector<std::string> words(std::vector<std::string> more) const {
    std::vector<std::string> all{"--model", (folder / "model.pt").string(), "--input", (folder / "radar").string(),
                                 "-o",      (folder / "out.h5").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string refusal(const std::vector<std::string>& more) const {
    try {
      forecast_nowcast_command(words(more));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder;
  NowcastCnn network{{.base_filters = 2}, 11};
};

}  // namespace

TEST_CASE("forecast nowcast: from a model file and radar files to a composite that our reader reads, and a figure") {
  const World world;
  fs::create_directories(world.folder / "figures");
  REQUIRE(
      forecast_nowcast_command(world.words({"--time", "2010-08-26T01:05Z", "--png", (world.folder / "figures").string(),
                                            "--svg", (world.folder / "lines").string(), "--threads", "1", "--tile",
                                            "32", "--thresholds", "0.1, 7"})) == exit_done);
  CHECK(fs::file_size(world.folder / "figures/forecast-20100826T0100Z.png") > 1000);
  CHECK(fs::file_size(world.folder / "lines/forecast-20100826T0100Z.svg") > 1000);
  CHECK_FALSE(fs::exists(world.folder / "figures/forecast-20100826T0100Z.svg"));
  const auto images = list_radar_images(world.folder / "out.h5");
  REQUIRE(images.size() == 6);

  std::vector<RadarFrame> past;
  for (std::int64_t i = 0; i < 7; ++i) past.push_back(shower(i));
  NowcastCnn network({.base_filters = 2}, 11);
  const RadarForecast expected =
      make_nowcast(network, model(), past, {}, {.tile = 64}, [](std::int64_t, std::int64_t) {});
  float most = 0;
  for (std::size_t l = 0; l < 6; ++l) {
    CHECK(images[l].time == start + 3600 + 600 * (static_cast<std::int64_t>(l) + 1));
    const RadarFrame frame = read_radar_image(images[l]);
    for (std::size_t i = 0; i < frame.values.size(); ++i) {
      REQUIRE(std::abs(frame.values[i] - expected.frames[l].values[i]) < 0.0051);
      most = std::max(most, frame.values[i]);
    }
  }
  CHECK(most > 0.1);
}

TEST_CASE("forecast nowcast: what is wrong is told, and nothing is written") {
  const World world;
  CHECK(world.refusal({"--time", "noon"}).find("--time is noon; give a time in UTC") != std::string::npos);
  CHECK(world.refusal({"--time", "2010-08-26T00:30Z"}).find("no image of 2010-08-25 23:30:00 UTC") !=
        std::string::npos);
  for (const char* const numbers : {"1,wet", "0", "-1", "2mm", "nan", "inf"})
    CHECK(world.refusal({"--thresholds", numbers})
              .find(fmt::format("--thresholds is {}; give numbers above 0, as 1,7.5", numbers)) != std::string::npos);
  CHECK(world.refusal({"--tile", "20"}).find("--tile is 20; give a multiple of 16") != std::string::npos);
  CHECK(world.refusal({"--memory", "0.000001"}).find("--memory is 1e-06; this network takes") != std::string::npos);
  CHECK(world.refusal({"--match-histogram=7"}).find("--match-histogram is 7; give an even") != std::string::npos);
  CHECK(world.refusal({"--png", (world.folder / "model.pt").string()}).find("--png is") != std::string::npos);
  CHECK(world.refusal({"--svg", (world.folder / "model.pt").string()}).find("--svg is") != std::string::npos);
  CHECK(world.refusal({"--threads", "0"}).find("--threads is 0") != std::string::npos);
  CHECK(!fs::exists(world.folder / "out.h5"));
  auto words = world.words({});
  words[1] = (world.folder / "radar/00.h5").string();
  CHECK_THROWS_AS(forecast_nowcast_command(words), InputError);
  for (const char* const read : {"model.pt", "radar/00.h5", "radar/../radar/01.h5"}) {
    words = world.words({});
    words[5] = (world.folder / read).string();
    CHECK_THROWS_WITH_AS(forecast_nowcast_command(words), doctest::Contains("it would write over "), InputError);
  }
  words[5] = (world.folder / "none/out.h5").string();
  CHECK_THROWS_WITH_AS(forecast_nowcast_command(words), doctest::Contains("--output is"), InputError);
}
