#pragma once

#include <string>
#include <vector>

namespace stormsweep {

// `stormsweep prepare|generate|forecast emulator ...`, a source each: `words` are those after the name. They throw
// InputError and return the exit status.
int prepare_emulator_command(const std::vector<std::string>& words);
int generate_emulator_command(const std::vector<std::string>& words);
int forecast_emulator_command(const std::vector<std::string>& words);

}  // namespace stormsweep
