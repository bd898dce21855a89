#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep prepare EXPERIMENT RAW... -o DIR`. Throws InputError and InputError. Returns the exit status.
int prepare_command(const std::vector<std::string>& words);

}  // namespace stormsweep
