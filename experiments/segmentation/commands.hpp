#pragma once

#include <string>
#include <vector>

namespace stormsweep {

// `stormsweep generate|label|forecast segmentation ...`, a source each: `words` are those after the name. They throw
// InputError and return the exit status.
int generate_segmentation_command(const std::vector<std::string>& words);
int label_segmentation_command(const std::vector<std::string>& words);
int forecast_segmentation_command(const std::vector<std::string>& words);

}  // namespace stormsweep
