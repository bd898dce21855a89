#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/registry.hpp"
#include "tests/experiments/configuration_of.hpp"
#include "worker/training/trainer.hpp"

namespace stormsweep {

/// How two epochs of any experiment end. `retry`: after memory has run out.
inline Outcome two_epochs(const std::string& experiment_name, const std::map<std::string, std::filesystem::path>& data,
                          const std::map<std::string, Value>& settings, const torch::Device& device, bool retry) {
  const Experiment& experiment = find_experiment(experiment_name, "test");
  const Configuration configuration = configuration_of(experiment, settings);
  TaskContext context{.data = data, .fingerprint = "world", .seed = 17};
  context.device = device;
  TrainingPlan plan = make_plan({TrainingId{0}, configuration, {2}, 1}, experiment);
  plan.retry_out_of_memory = retry;
  Outcome result;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome& one, const std::vector<EpochRecord>&) { result = one; };
  train([&] { return make_task(experiment, configuration, context); }, plan, events, nullptr, {});
  return result;
}

}  // namespace stormsweep
