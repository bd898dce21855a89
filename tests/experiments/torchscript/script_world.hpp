#pragma once

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <fstream>
#include <map>
#include <string>

#include "experiments/registry.hpp"
#include "search/space/own_experiment.hpp"
#include "search/space/space.hpp"
#include "tests/datasets/tensors/tensor_maker.hpp"
#include "tests/experiments/torchscript/script_maker.hpp"
#include "tests/folder.hpp"

namespace stormsweep {

/// Inputs of two numbers, and their mean as targets.
inline void write_split(const std::filesystem::path& folder, const std::string& split, std::int64_t samples) {
  const auto input = torch::randn({samples, 2}) * 3 + 10;
  write_tensors(folder / (split + ".h5"), {{"input", input}, {"target", input.mean(1)}});
}

/// What a user brings: three networks, three splits, and an experiment.json with `loss` and the keys after it.
inline void write_script_world(const std::filesystem::path& folder, std::int64_t samples = 50,
                               const std::string& networks = R"(["dense.pt", "normed.pt"])",
                               const std::string& loss = R"("mse")") {
  dense_script(2).save(folder / "dense.pt");
  normed_script().save(folder / "normed.pt");
  levelled_script().save(folder / "levelled.pt");
  torch::manual_seed(5);
  write_split(folder, "train", samples);
  write_split(folder, "validation", 20);
  write_split(folder, "test", 20);
  std::ofstream(folder / "experiment.json")
      << R"({"name": "mine", "summary": "s", "network": )" << networks << R"(, "loss": )" << loss << "}";
}

/// Such a world in a folder of its own.
class ScriptWorld {
 public:
  explicit ScriptWorld(const std::string& loss = R"("mse")",
                       const std::string& networks = R"(["dense.pt", "normed.pt"])") {
    write_script_world(folder_.path(), 50, networks, loss);
  }

  Experiment experiment() const { return read_own_experiment(folder_ / "experiment.json"); }

  TaskContext context(std::shared_ptr<Gang> gang = std::make_shared<Gang>()) const {
    return {.data = {{"train", folder_ / "train.h5"},
                     {"validation", folder_ / "validation.h5"},
                     {"test", folder_ / "test.h5"}},
            .fingerprint = "world",
            .seed = 17,
            .cache = folder_ / "cache",
            .gang = std::move(gang)};
  }

  Space space(const std::string& parameters = R"("epochs": [1, 2])") const {
    std::ofstream(folder_ / "s.json")
        << R"({"name": "s", "experiment": "./experiment.json", "data": {"train": "train.h5",
      "validation": "validation.h5", "test": "test.h5"}, "parameters": {)"
        << parameters << "}}";
    return read_space(folder_ / "s.json");
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace stormsweep
