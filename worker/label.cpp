#include "worker/label.hpp"

#include "experiments/task/experiment_choice.hpp"

namespace stormsweep {

int label_command(const std::vector<std::string>& words) {
  return run_chosen("label", {{"segmentation", label_segmentation}}, words);
}

}  // namespace stormsweep
