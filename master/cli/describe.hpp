#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep describe`: the experiments, or the hyperparameters, metrics and data of one. Prints to
/// standard output and returns the exit status. Throws InputError, which main prints as one line.
int describe_command(const Arguments& arguments);

}  // namespace stormsweep
