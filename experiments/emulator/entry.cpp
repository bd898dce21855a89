#include "experiments/emulator/commands.hpp"
#include "experiments/emulator/emulator_check.hpp"
#include "experiments/emulator/emulator_task.hpp"
#include "experiments/experiment_entry.hpp"
#include "experiments/task/whole_files.hpp"

namespace stormsweep {

ExperimentEntry emulator_entry() {
  return {.make_task = make_emulator_task,
          .check_data = check_emulator_data,
          .stage_request = stage_whole_files,
          .prepare = prepare_emulator_command,
          .generate = generate_emulator_command,
          .forecast = forecast_emulator_command};
}

}  // namespace stormsweep
