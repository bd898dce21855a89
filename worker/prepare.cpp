#include "worker/prepare.hpp"

#include "worker/data_command.hpp"
#include "worker/experiment_choice.hpp"

namespace stormsweep {

int prepare_command(const std::vector<std::string>& words) {
  return run_chosen("prepare", {{"nowcast", prepare_nowcast}, {"tornado", prepare_tornado}}, words);
}

}  // namespace stormsweep
