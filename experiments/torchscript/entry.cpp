#include "experiments/experiment_entry.hpp"
#include "experiments/task/whole_files.hpp"
#include "experiments/torchscript/script_check.hpp"
#include "experiments/torchscript/script_task.hpp"

namespace stormsweep {

ExperimentEntry torchscript_entry() {
  return {.make_task = make_script_task, .check_data = check_script_data, .stage_request = stage_whole_files};
}

}  // namespace stormsweep
