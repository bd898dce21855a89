#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep submit`: runs a search as a Slurm job. Prints to
/// standard output and returns the exit status. Throws InputError, which main prints as one line.
int submit_command(const Arguments& arguments);

}  // namespace stormsweep
