#include "experiments/experiment_entry.hpp"
#include "experiments/segmentation/commands.hpp"
#include "experiments/segmentation/segmentation_check.hpp"
#include "experiments/segmentation/segmentation_stage.hpp"
#include "experiments/segmentation/segmentation_task.hpp"

namespace stormsweep {

ExperimentEntry segmentation_entry() {
  return {.make_task = make_segmentation_task,
          .check_data = check_segmentation_data,
          .stage_request = stage_segmentation,
          .generate = generate_segmentation_command,
          .forecast = forecast_segmentation_command,
          .label = label_segmentation_command};
}

}  // namespace stormsweep
