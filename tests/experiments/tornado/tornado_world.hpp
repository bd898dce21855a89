#pragma once

#include <map>
#include <string>

#include "datasets/storms/generate_storms.hpp"
#include "experiments/registry.hpp"
#include "tests/experiments/configuration_of.hpp"
#include "tests/folder.hpp"

namespace stormsweep {

/// A small world of storms on disk, and configurations of the tornado experiment on it.
class TornadoWorld {
 public:
  explicit TornadoWorld(std::int64_t storms = 600) {
    generate_storms({.storms = storms, .seed = 3, .threads = 2}, folder_.path(), [](std::int64_t) {});
  }

  static const Experiment& experiment() { return find_experiment("tornado", "test"); }

  static Configuration configuration(const std::map<std::string, Value>& values = {}) {
    return configuration_of(experiment(), values);
  }

  TaskContext context(int background = 1) const {
    return {.data = {{"train", folder_ / "train.h5"},
                     {"validation", folder_ / "validation.h5"},
                     {"test", folder_ / "test.h5"}},
            .fingerprint = "world",
            .seed = 17,
            .cache = folder_ / "cache",
            .background = background};
  }

  std::unique_ptr<Task> task(const std::map<std::string, Value>& values = {}, int background = 1) const {
    return make_task(experiment(), configuration(values), context(background));
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace stormsweep
