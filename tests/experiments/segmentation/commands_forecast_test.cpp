#include "experiments/segmentation/commands.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/weather/weather_file.hpp"
#include "datasets/weather/weather_writer.hpp"
#include "datasets/weather_synthesis/synthetic_weather.hpp"
#include "experiments/segmentation/segmentation_choice.hpp"
#include "experiments/segmentation/segmentation_notes.hpp"
#include "experiments/segmentation/segmentation_prediction.hpp"
#include "experiments/task/model_file.hpp"
#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t height = 32, width = 48;
constexpr std::size_t pixels = 32 * 48;

template <class T>
std::vector<T> dataset(const fs::path& path, const std::string& name, hid_t type, std::size_t count) {
  const hdf5::Handle file = hdf5::open(path, "");
  const hdf5::Handle data(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  std::vector<T> values(count);
  const hdf5::Handle space(H5Dget_space(data), H5Sclose);
  REQUIRE(H5Sget_simple_extent_npoints(space) == static_cast<hssize_t>(count));
  REQUIRE(H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  return values;
}

/// Two samples, the second without labels, and an untrained network.
struct ForecastWorld {
  ForecastWorld() {
    fs::create_directories(folder / "samples");
    for (const int i : {0, 1}) {
      const SyntheticWeather weather = synthetic_weather(global_grid(height, width), static_cast<std::uint64_t>(i + 3));
      write_weather_file(folder / ("samples/world-" + std::to_string(i) + ".h5"), height, width, weather.fields,
                         weather.truth, i == 0 ? 1 : 0);
    }
    const Experiment& segmentation = find_experiment("segmentation", "test");
    for (const auto& hyperparameter : segmentation.hyperparameters) {
      Value value = hyperparameter.fallback;
      if (hyperparameter.name == "width") value = 0.06;
      if (hyperparameter.name == "depth") value = 0.3;
      if (hyperparameter.name == "precision") value = std::string("bf16");
      configuration.values.push_back(value);
    }
    network = make_network(Reader(configuration, segmentation), 11);
    for (std::size_t c = 0; c < 16; ++c) range.minimum[c] = -1e4f, range.maximum[c] = 1.1e5f;
    range.maximum[4] = range.minimum[4];
    save_model(folder / "model.pt", segmentation, configuration, segmentation_notes(range), *network);
  }
  std::vector<std::string> words(const std::vector<std::string>& more) const {
    std::vector<std::string> all{"--model", (folder / "model.pt").string(), "--input", (folder / "samples").string(),
                                 "-o",      (folder / "out.h5").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string refusal(const std::vector<std::string>& all) const {
    try {
      forecast_segmentation_command(all);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder;
  Configuration configuration;
  ChannelRange range;
  std::shared_ptr<SegmentationNetwork> network;
};

}  // namespace

TEST_CASE("forecast segmentation: masks are the network's likeliest classes of normalised fields, in float32") {
  ForecastWorld world;
  REQUIRE(forecast_segmentation_command(
              world.words({"--probabilities", "--threads", "1", "--png", (world.folder / "maps").string(), "--svg",
                           (world.folder / "maps").string()})) == exit_done);
  const auto masks = dataset<std::uint8_t>(world.folder / "out.h5", "masks", H5T_NATIVE_UINT8, 2 * pixels);
  const auto told = dataset<float>(world.folder / "out.h5", "probabilities", H5T_NATIVE_FLOAT, 6 * pixels);
  CHECK(dataset<double>(world.folder / "out.h5", "latitude", H5T_NATIVE_DOUBLE, 32).back() == 90);
  CHECK(fs::file_size(world.folder / "maps/world-0.png") > 5000);
  CHECK(fs::exists(world.folder / "maps/world-1.png"));
  CHECK(fs::exists(world.folder / "maps/world-1.svg"));

  const Experiment& segmentation = find_experiment("segmentation", "test");
  for (std::size_t i = 0; i < segmentation.hyperparameters.size(); ++i) {
    if (segmentation.hyperparameters[i].name == "precision") world.configuration.values[i] = std::string("fp32");
  }
  const auto twin = make_network(Reader(world.configuration, segmentation), 11);
  twin->eval();
  const torch::NoGradGuard no_gradients;
  for (std::size_t s = 0; s < 2; ++s) {
    const SyntheticWeather weather = synthetic_weather(global_grid(height, width), s + 3);
    torch::Tensor input = torch::tensor(torch::ArrayRef<float>(weather.fields)).view({1, 16, height, width});
    input = (input + 1e4) / 1.2e5;
    input.select(1, 4).zero_();
    const torch::Tensor expected = torch::softmax(twin->forward(input), 1).contiguous();
    const float* const probability = expected.data_ptr<float>();
    for (std::size_t i = 0; i < pixels; ++i) {
      std::size_t likeliest = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const float here = told[(s * 3 + c) * pixels + i];
        REQUIRE(here == doctest::Approx(probability[c * pixels + i]).epsilon(0.001));
        if (here > told[(s * 3 + likeliest) * pixels + i]) likeliest = c;
      }
      REQUIRE(masks[s * pixels + i] == likeliest);
    }
  }
}

TEST_CASE("forecast segmentation: what is wrong is told, and nothing is written") {
  const ForecastWorld world;
  CHECK(world.refusal(world.words({"--threads", "0"})).find("--threads is 0") != std::string::npos);
  CHECK(world.refusal(world.words({"--png", (world.folder / "model.pt").string()})).find("--png is") !=
        std::string::npos);
  auto words = world.words({});
  words[1] = (world.folder / "samples/world-0.h5").string();
  CHECK(world.refusal(words).find("this is not a trained network") != std::string::npos);
  words = world.words({});
  words[5] = (world.folder / "none/out.h5").string();
  CHECK(world.refusal(words).find("--output is") != std::string::npos);

  for (const char* const read : {"model.pt", "samples/world-1.h5"}) {
    words = world.words({});
    words[5] = (world.folder / read).string();
    CHECK(world.refusal(words).find(std::string("/") + read + "; give another file") != std::string::npos);
  }

  // A map of each of two samples of one name.
  fs::create_directories(world.folder / "more");
  fs::copy(world.folder / "samples/world-1.h5", world.folder / "more/world-1.h5");
  words = world.words({"--svg", (world.folder / "maps").string()});
  words.insert(words.begin() + 4, (world.folder / "more").string());
  CHECK(world.refusal(words).find("/world-1.h5 would both be written to world-1.svg") != std::string::npos);

  const auto sample = [&](std::int64_t rows, std::int64_t columns) {
    const auto count = static_cast<std::size_t>(rows * columns);
    write_weather_file(world.folder / "samples/zone.h5", rows, columns, std::vector<float>(16 * count), {}, 0);
  };
  sample(32, 64);
  CHECK(world.refusal(world.words({})).find("zone.h5: is 32 x 64 pixels, but") != std::string::npos);
  sample(24, 40);
  words = world.words({});
  words[3] = (world.folder / "samples/zone.h5").string();
  CHECK(world.refusal(words).find("zone.h5: is 24 x 40 pixels; this network takes multiples of 16") !=
        std::string::npos);
  CHECK(!fs::exists(world.folder / "out.h5"));
}
