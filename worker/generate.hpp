#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep generate tornado --storms N -o DIR`. Throws InputError and DataError. Returns the exit status.
int generate_command(const std::vector<std::string>& arguments);

}  // namespace stormsweep
