#include "experiments/registry.hpp"

#include <stdexcept>

#include "experiments/task/arithmetic.hpp"

namespace stormsweep {

namespace {

template <class Function>
Function* required(Function* function, const Experiment& experiment, const char* what) {
  if (!function) throw std::logic_error(experiment.name + " has no " + what);
  return function;
}

}  // namespace

const ExperimentEntry& entry_of(const Experiment& experiment) {
  return experiment_entries().at(experiment.network ? "torchscript" : experiment.name);
}

std::unique_ptr<Task> make_task(const Experiment& experiment, const Configuration& configuration,
                                const TaskContext& context) {
  check_arithmetic(Reader(configuration, experiment), context.device);
  return required(entry_of(experiment).make_task, experiment, "task")(experiment, configuration, context);
}

DataCheck check_data(const Space& space, const std::filesystem::path& cache) {
  return required(entry_of(*space.experiment).check_data, *space.experiment, "check of its data")(space,
                                                                                                  KeptScans(cache));
}

StagePlan stage_request(const Space& space, const TaskContext& context, int places) {
  return required(entry_of(*space.experiment).stage_request, *space.experiment, "plan for staging its files")(
      space, context, places);
}

}  // namespace stormsweep
