#include "experiments/experiment_entry.hpp"
#include "experiments/task/whole_files.hpp"
#include "experiments/tornado/commands.hpp"
#include "experiments/tornado/tornado_check.hpp"
#include "experiments/tornado/tornado_task.hpp"

namespace stormsweep {

ExperimentEntry tornado_entry() {
  return {.make_task = make_tornado_task,
          .check_data = check_tornado_data,
          .stage_request = stage_whole_files,
          .prepare = prepare_tornado_command,
          .generate = generate_tornado_command,
          .forecast = forecast_tornado_command};
}

}  // namespace stormsweep
