#include "worker/generate.hpp"

#include "experiments/task/data_command.hpp"
#include "experiments/task/experiment_choice.hpp"

namespace stormsweep {

int generate_command(const std::vector<std::string>& words) {
  return run_chosen(
      "generate",
      {{"nowcast", generate_nowcast}, {"segmentation", generate_segmentation}, {"tornado", generate_tornado}}, words);
}

}  // namespace stormsweep
