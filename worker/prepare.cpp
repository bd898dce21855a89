#include "worker/prepare.hpp"

#include "experiments/task/data_command.hpp"
#include "experiments/task/experiment_choice.hpp"

namespace stormsweep {

int prepare_command(const std::vector<std::string>& words) {
  return run_chosen("prepare", {{"nowcast", prepare_nowcast}, {"tornado", prepare_tornado}}, words);
}

}  // namespace stormsweep
