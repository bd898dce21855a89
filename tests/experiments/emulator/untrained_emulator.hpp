#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "experiments/task/model_file.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"

namespace stormsweep {

/// A synthetic Earth, and an untrained network on it.
struct UntrainedEmulator {
  explicit UntrainedEmulator(const std::map<std::string, Value>& values = {}) : task(world.task(values)) {
    task->network().eval();
    save_model(model(), find_experiment("emulator", "test"), EmulatorWorld::configuration(values), task->model_notes(),
               task->network());
  }
  std::filesystem::path model() const { return world.folder() / "model.pt"; }
  std::vector<std::string> words(const std::string& forcings, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"--model",    model().string(),
                                 "--forcings", (world.folder() / forcings).string(),
                                 "-o",         (world.folder() / "maps.nc").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  EmulatorWorld world;
  std::unique_ptr<Task> task;
};

}  // namespace stormsweep
