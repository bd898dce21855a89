#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep forecast <experiment> ...`: what a trained network makes of new observations. Throws InputError and
/// InputError. Returns the exit status.
int forecast_command(const std::vector<std::string>& words);

// One source file an experiment.
int forecast_nowcast(const std::vector<std::string>& words);
int forecast_segmentation(const std::vector<std::string>& words);

}  // namespace stormsweep
