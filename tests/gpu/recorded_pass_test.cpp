// Recorded passes in trainings of every experiment.
#include "worker/training/recorded_pass.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <vector>

#include "tests/experiments/emulator/emulator_world.hpp"
#include "tests/experiments/nowcast/nowcast_world.hpp"
#include "tests/experiments/segmentation/segmentation_world.hpp"
#include "tests/experiments/tornado/tornado_world.hpp"
#include "tests/gpu/gpu.hpp"
#include "tests/gpu/two_epochs.hpp"

using namespace stormsweep;

namespace {

using Settings = std::map<std::string, Value>;
using Data = std::map<std::string, std::filesystem::path>;

/// Trainings that may retry after memory has run out are not recorded.
void check_same(const std::string& experiment, const Data& data, const Settings& settings, const torch::Device& gpu) {
  CAPTURE(experiment);
  const Outcome recorded = two_epochs(experiment, data, settings, gpu, false);
  const Outcome launched = two_epochs(experiment, data, settings, gpu, true);
  CAPTURE(recorded.error);
  CHECK(recorded.status == Status::complete);
  CHECK(std::ranges::equal(recorded.metrics, launched.metrics, [](const auto& a, const auto& b) {
    return a.first == b.first && std::bit_cast<std::uint64_t>(a.second) == std::bit_cast<std::uint64_t>(b.second);
  }));
  MESSAGE(experiment << ": train seconds recorded " << recorded.timings.train << ", launched "
                     << launched.timings.train);
}

Settings with(Settings settings, std::int64_t batch_size) {
  settings["batch_size"] = batch_size;
  return settings;
}

}  // namespace

TEST_CASE("trainings by recorded passes end with the bits of those that launch kernel by kernel") {
  REQUIRE_GPU(gpu);
  const TornadoWorld storms;
  const Data of_storms = storms.context().data;
  check_same("tornado", of_storms, with({}, 16), gpu);
  check_same("tornado", of_storms, with({{"dropout", 0.3}}, 16), gpu);
  check_same("tornado", of_storms, with({{"dropout", 0.3}, {"precision", std::string("bf16")}}, 16), gpu);

  const NowcastWorld rain(40);
  const Settings narrow{{"base_filters", std::int64_t{2}}};
  Settings unet = narrow;
  unet.insert({{"network", std::string("unet")}, {"loss", std::string("balanced")}});
  check_same("nowcast", rain.data(), with(narrow, 2), gpu);
  check_same("nowcast", rain.data(), with(unet, 2), gpu);

  const SegmentationWorld weather(30);
  for (const char* network : {"tiramisu", "deeplabv3plus"})
    for (const char* precision : {"fp32", "bf16"})
      check_same("segmentation", weather.data(),
                 with({{"width", 0.05}, {"network", std::string(network)}, {"precision", std::string(precision)}}, 2),
                 gpu);

  const EmulatorWorld earth;
  const Settings small{{"init_dim", std::int64_t{2}}, {"hidden", std::int64_t{4}}};
  for (const char* recurrent : {"gru", "lstm", "none"}) {
    Settings settings = small;
    settings["recurrent"] = std::string(recurrent);
    check_same("emulator", earth.data(), with(settings, 4), gpu);
  }
}
