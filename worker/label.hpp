#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep label <experiment> ...`: labels of observations, by rules. Throws InputError and InputError. Returns the
/// exit status.
int label_command(const std::vector<std::string>& words);

// One source file an experiment.
int label_segmentation(const std::vector<std::string>& words);

}  // namespace stormsweep
