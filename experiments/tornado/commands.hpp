#pragma once

#include <string>
#include <vector>

namespace stormsweep {

// `stormsweep prepare|generate|forecast tornado ...`, a source each: `words` are those after the name. They throw
// InputError and return the exit status.
int prepare_tornado_command(const std::vector<std::string>& words);
int generate_tornado_command(const std::vector<std::string>& words);
int forecast_tornado_command(const std::vector<std::string>& words);

}  // namespace stormsweep
