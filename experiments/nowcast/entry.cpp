#include "experiments/experiment_entry.hpp"
#include "experiments/nowcast/commands.hpp"
#include "experiments/nowcast/nowcast_check.hpp"
#include "experiments/nowcast/nowcast_task.hpp"
#include "experiments/task/whole_files.hpp"

namespace stormsweep {

ExperimentEntry nowcast_entry() {
  return {.make_task = make_nowcast_task,
          .check_data = check_nowcast_data,
          .stage_request = stage_whole_files,
          .prepare = prepare_nowcast_command,
          .generate = generate_nowcast_command,
          .forecast = forecast_nowcast_command};
}

}  // namespace stormsweep
