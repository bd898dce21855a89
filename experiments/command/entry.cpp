#include "experiments/command/command_check.hpp"
#include "experiments/experiment_entry.hpp"

namespace stormsweep {

ExperimentEntry command_entry() {
  return {.check_data = check_command_data};
}

}  // namespace stormsweep
