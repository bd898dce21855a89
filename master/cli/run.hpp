#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep run`: runs a search, or continues it. Prints to standard output and returns the exit status. Throws
/// InputError, which main prints as one line.
int run_command(const Arguments& arguments);

}  // namespace stormsweep
