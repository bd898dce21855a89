#include "experiments/task/forecast_options.hpp"

#include "experiments/task/command_options.hpp"

namespace stormsweep {

void ForecastOptions::check(const std::string& command) const {
  check_threads(command, threads);
  check_output_file(command, output);
  check_output_apart(command, output, model);
  figures.check(command);
}

}  // namespace stormsweep
