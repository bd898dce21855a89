#pragma once

#include <map>
#include <memory>
#include <string>

#include "datasets/weather_synthesis/generate_weather.hpp"
#include "experiments/segmentation/segmentation_task.hpp"
#include "search/space/space.hpp"
#include "tests/experiments/configuration_of.hpp"
#include "tests/folder.hpp"

namespace stormsweep {

/// A small world of weather on disk, maps of 32 x 48, and configurations of segmentation on it.
class SegmentationWorld {
 public:
  explicit SegmentationWorld(std::int64_t samples = 10) {
    generate_weather({.samples = samples,
                      .height = 32,
                      .width = 48,
                      .seed = 3,
                      .validation_fraction = 0.2,
                      .test_fraction = 0.2,
                      .threads = 2},
                     folder_.path(), [](std::int64_t) {});
  }

  std::map<std::string, std::filesystem::path> data() const {
    return {{"train", folder_ / "train"}, {"validation", folder_ / "validation"}, {"test", folder_ / "test"}};
  }

  std::unique_ptr<Task> task(const std::map<std::string, Value>& values = {},
                             const std::shared_ptr<Gang>& gang = std::make_shared<Gang>()) const {
    const Experiment& experiment = find_experiment("segmentation", "test");
    std::map<std::string, Value> small = values;  // except for what the test gives
    small.insert({"width", 0.05});
    const Configuration configuration = configuration_of(experiment, small);
    const TaskContext context{
        .data = data(), .fingerprint = "world", .seed = 17, .cache = folder_ / "cache", .gang = gang};
    return make_segmentation_task(experiment, configuration, context);
  }

  /// A search on this world, `parameters` in JSON.
  Space space(const std::string& parameters = "{}") const {
    return parse_space(R"({"name": "s", "experiment": "segmentation", "seed": 17, "data": {"train": "train",
      "validation": "validation", "test": "test"}, "parameters": )" +
                           parameters + "}",
                       "s.json", folder_.path());
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace stormsweep
