#include "experiments/task.hpp"

#include <stdexcept>

#include "experiments/nowcast/nowcast_task.hpp"
#include "experiments/segmentation/segmentation_task.hpp"
#include "experiments/tornado/tornado_task.hpp"

namespace stormsweep {

std::unique_ptr<Task> make_task(const Experiment& experiment, const Configuration& configuration,
                                const TaskContext& context) {
  if (experiment.name == "nowcast") return make_nowcast_task(experiment, configuration, context);
  if (experiment.name == "segmentation") return make_segmentation_task(experiment, configuration, context);
  if (experiment.name == "tornado") return make_tornado_task(experiment, configuration, context);
  throw std::logic_error(experiment.name + " has no task");
}

DataReport check_data(const Experiment& experiment, const std::map<std::string, std::filesystem::path>& data) {
  if (experiment.data.empty()) return {};
  if (experiment.name == "nowcast") return check_nowcast_data(data);
  if (experiment.name == "segmentation") return check_segmentation_data(data);
  if (experiment.name == "tornado") return check_tornado_data(data);
  throw std::logic_error(experiment.name + " has no check of its data");
}

}  // namespace stormsweep
