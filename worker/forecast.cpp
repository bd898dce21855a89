#include "worker/forecast.hpp"

#include "experiments/task/experiment_choice.hpp"

namespace stormsweep {

int forecast_command(const std::vector<std::string>& words) {
  return run_chosen("forecast", {{"nowcast", forecast_nowcast}, {"segmentation", forecast_segmentation}}, words);
}

}  // namespace stormsweep
