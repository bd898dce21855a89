#pragma once

#include <map>
#include <memory>
#include <string>

#include "datasets/nowcast/generate_nowcast.hpp"
#include "experiments/nowcast/nowcast_task.hpp"
#include "search/space/experiment.hpp"
#include "tests/experiments/configuration_of.hpp"
#include "tests/folder.hpp"

namespace stormsweep {

/// Generated once a process for all worlds of so many samples.
inline const TemporaryFolder& generated_rain(std::int64_t samples) {
  static std::map<std::int64_t, TemporaryFolder> made;
  const auto [found, is_new] = made.try_emplace(samples);
  if (is_new)
    generate_nowcast({.samples = samples, .seed = 3, .validation_fraction = 0.2, .test_fraction = 0.2, .threads = 2},
                     found->second.path(), [](std::int64_t) {});
  return found->second;
}

/// A small world of rain on disk, and configurations of the nowcast experiment on it.
class NowcastWorld {
 public:
  explicit NowcastWorld(std::int64_t samples = 15) {
    for (const auto& [split, file] : data())
      std::filesystem::create_hard_link(generated_rain(samples) / file.filename(), file);
  }

  std::map<std::string, std::filesystem::path> data() const {
    return {{"train", folder_ / "train.h5"}, {"validation", folder_ / "validation.h5"}, {"test", folder_ / "test.h5"}};
  }

  std::unique_ptr<Task> task(const std::map<std::string, Value>& values = {},
                             const std::shared_ptr<Gang>& gang = std::make_shared<Gang>(),
                             bool with_validation = true) const {
    const Experiment& experiment = find_experiment("nowcast", "test");
    std::map<std::string, Value> small = values;  // except for what the test gives
    small.insert({"base_filters", std::int64_t{1}});
    const Configuration configuration = configuration_of(experiment, small);
    TaskContext context{.data = data(), .fingerprint = "world", .seed = 17, .cache = folder_ / "cache", .gang = gang};
    if (!with_validation) context.data.erase("validation");
    return make_nowcast_task(experiment, configuration, context);
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace stormsweep
