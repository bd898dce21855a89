#include "experiments/task/task.hpp"

#include "experiments/task/model_file.hpp"

namespace stormsweep {

void Task::keep(const std::filesystem::path& file, const Experiment& experiment, const Configuration& configuration) {
  save_model(file, experiment, configuration, model_notes(), network());
}

}  // namespace stormsweep
