#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep generate EXPERIMENT ... -o DIR`. Throws InputError and InputError. Returns the exit status.
int generate_command(const std::vector<std::string>& words);

}  // namespace stormsweep
