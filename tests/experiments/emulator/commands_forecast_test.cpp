#include <doctest/doctest.h>
#include <torch/utils.h>

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/climate/climate_splits.hpp"
#include "datasets/files/netcdf.hpp"
#include "experiments/emulator/commands.hpp"
#include "experiments/emulator/emulator_forecast.hpp"
#include "experiments/emulator/emulator_months.hpp"
#include "search/base/error.hpp"
#include "tests/experiments/emulator/untrained_emulator.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

const auto nobody = [](std::int64_t, std::int64_t) {};

/// Only the forcings of a set, with other statistics, on maps shifted by `east` degrees.
void write_forcings(const ClimateSet& set, const fs::path& path, double east = 0) {
  ClimateLayout layout = set.layout();
  for (double& longitude : layout.grid.longitudes) longitude += east;
  layout.runs.clear(), layout.targets.clear();
  ClimateWriter writer(path, layout);
  std::vector<ChannelStatistics> statistics;
  for (std::size_t c = 0; c < layout.forcings.size(); ++c) {
    for (std::int64_t frame = 0; frame < layout.forcing_frames(); ++frame)
      writer.write_forcing(c, frame, set.forcing(c, frame));
    const auto [mean, deviation] = layout.forcings[c].statistics;
    statistics.push_back({mean + deviation, 3 * deviation});
  }
  writer.seal(statistics, {}, "test");
  writer.publish();
}

}  // namespace

TEST_CASE("a forecast is what the network makes of each window, in K and mm/day, whatever the file's statistics") {
  const UntrainedEmulator emulator;
  const ClimateSet test(emulator.world.folder() / "test.h5");
  EmulatorModel model(emulator.model());
  model.check(test);
  const auto windows = forecast_windows(test.layout(), 0, 12);
  const torch::Tensor maps = model.forecast(test, windows, nobody);
  CHECK(maps.sizes() == torch::IntArrayRef{61, 2, 6, 8});
  Gang alone;
  const torch::Tensor plain = emulate(dynamic_cast<EmulatorNetwork&>(emulator.task->network()), nullptr, test, windows,
                                      SeasonalEncoding::added, torch::kCPU, alone);
  const auto physical = [&](std::int64_t t) {
    const ChannelStatistics& how = test.layout().targets[static_cast<std::size_t>(t)].statistics;
    return plain.select(1, t) * how.deviation + how.mean;
  };
  CHECK(torch::allclose(maps.select(1, 0), physical(0)));
  CHECK(torch::allclose(maps.select(1, 1), physical(1).clamp_min(0)));

  write_forcings(test, emulator.world.folder() / "other.h5");
  const ClimateSet other(emulator.world.folder() / "other.h5");
  model.check(other);
  CHECK(torch::allclose(model.forecast(other, windows, nobody), maps, 1e-4, 1e-3));
}

TEST_CASE("forecast emulator writes the months that forcings allow, and figures") {
  const UntrainedEmulator emulator({{"targets", std::string("tas")}, {"window", std::int64_t{6}}});
  const fs::path figures = emulator.world.folder() / "figures";
  CHECK(forecast_emulator_command(emulator.words("test.h5", {"--png", figures.string(), "--threads", "1"})) == 0);
  for (const char* kind : {"mean", "change", "error", "curve"})
    CHECK(fs::exists(figures / ("tas_" + std::string(kind) + ".png")));
  CHECK_FALSE(fs::exists(figures / "pr_mean.png"));
  std::string problem;
  const auto file = netcdf::File::open(emulator.world.folder() / "maps.nc", problem);
  REQUIRE(file);
  CHECK(file->variable("tas")->shape == std::vector<std::size_t>{67, 6, 8});
  CHECK_FALSE(file->variable("pr"));
  // Without truth there is no error to show.
  write_forcings(ClimateSet(emulator.world.folder() / "test.h5"), emulator.world.folder() / "alone.h5");
  fs::remove_all(figures);
  CHECK(forecast_emulator_command(emulator.words("alone.h5", {"--svg", figures.string()})) == 0);
  CHECK(fs::exists(figures / "tas_curve.svg"));
  CHECK_FALSE(fs::exists(figures / "tas_curve.png"));
  CHECK_FALSE(fs::exists(figures / "tas_error.svg"));
}

TEST_CASE("what cannot be forecast is refused in one line, and nothing is written") {
  const UntrainedEmulator emulator({{"window", std::int64_t{6}}});
  const auto refused = [&](const std::vector<std::string>& words, const std::string& problem) {
    CHECK_THROWS_WITH_AS(forecast_emulator_command(words), doctest::Contains(problem.c_str()), InputError);
  };
  refused(emulator.words("train.h5"), "--scenario is missing; give one of ");
  refused(emulator.words("train.h5", {"--scenario", "ssp119"}), "--scenario is ssp119; give one of ");
  refused(emulator.words("model.pt"), "model.pt");
  refused(emulator.words("nowhere.h5"), "nowhere.h5");
  refused(emulator.words("test.h5", {"--threads", "0"}), "--threads is 0");
  const TemporaryFolder other;
  generate_climate({.height = 8, .width = 8, .years = 6, .members = 1, .seed = 4}, other.path(), [](std::int64_t) {});
  auto words = emulator.words("test.h5");
  words[3] = (other / "test.h5").string();
  refused(words, "maps are 8 x 8 cells, the model's 6 x 8");
  const ClimateSet test(emulator.world.folder() / "test.h5");
  write_forcings(test, emulator.world.folder() / "shifted.h5", 22.5);
  refused(emulator.words("shifted.h5"), "shifted.h5: latitudes and longitudes are not those of the model's maps; ");
  ClimateLayout fewer = test.layout();
  fewer.forcings.resize(1), fewer.runs.clear(), fewer.targets.clear();
  ClimateWriter writer(emulator.world.folder() / "fewer.h5", fewer);
  writer.write_forcing(0, 0, std::vector<float>(static_cast<std::size_t>(fewer.forcing_frames()), 400));
  writer.seal(std::vector<ChannelStatistics>(1), {}, "test");
  writer.publish();
  refused(emulator.words("fewer.h5"), "forcings are CO2 (ppm), the model's CO2 (ppm), ");
  CHECK_FALSE(fs::exists(emulator.world.folder() / "maps.nc"));
  for (const char* const read : {"model.pt", "test.h5"}) {
    words = emulator.words("test.h5");
    words[5] = (emulator.world.folder() / read).string();
    refused(words, std::string("/") + read + "; give another file");
  }
}
