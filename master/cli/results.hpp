#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep results`: rows, cross tables and curves of results databases. Prints to
/// standard output and returns the exit status. Throws InputError, which main prints as one line.
int results_command(const Arguments& arguments);

}  // namespace stormsweep
