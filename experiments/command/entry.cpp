#include "experiments/command/command_check.hpp"
#include "experiments/command/command_run.hpp"
#include "experiments/experiment_entry.hpp"

namespace stormsweep {

ExperimentEntry command_entry() {
  return {.run = run_command, .check_data = check_command_data};
}

}  // namespace stormsweep
