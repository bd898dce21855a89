#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep status`: how far the searches of a results database are. Prints to
/// standard output and returns the exit status. Throws InputError, which main prints as one line.
int status_command(const Arguments& arguments);

}  // namespace stormsweep
