#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/climate_synthesis/generate_climate.hpp"
#include "experiments/emulator/emulator_task.hpp"
#include "tests/experiments/configuration_of.hpp"
#include "tests/folder.hpp"

namespace stormsweep {

/// A small synthetic Earth on disk, and configurations of the emulator on it.
class EmulatorWorld {
 public:
  EmulatorWorld() {
    generate_climate({.height = 6, .width = 8, .years = 6, .members = 2, .seed = 3}, folder_.path(),
                     [](std::int64_t) {});
  }

  std::map<std::string, std::filesystem::path> data() const {
    return {{"train", folder_ / "train.h5"}, {"validation", folder_ / "validation.h5"}, {"test", folder_ / "test.h5"}};
  }

  /// Small, where `values` does not say otherwise.
  static Configuration configuration(const std::map<std::string, Value>& values = {}) {
    std::map<std::string, Value> small = values;  // except for what the test gives
    small.insert({{"init_dim", std::int64_t{2}}, {"hidden", std::int64_t{4}}});
    return configuration_of(find_experiment("emulator", "test"), small);
  }

  std::unique_ptr<Task> task(const std::map<std::string, Value>& values = {},
                             const std::shared_ptr<Gang>& gang = std::make_shared<Gang>(),
                             bool with_validation = true) const {
    TaskContext context{.data = data(), .fingerprint = "world", .seed = 17, .cache = folder_ / "cache", .gang = gang};
    if (!with_validation) context.data.erase("validation");
    return make_emulator_task(find_experiment("emulator", "test"), configuration(values), context);
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace stormsweep
