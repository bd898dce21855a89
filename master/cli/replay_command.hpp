#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep replay`: what other methods would have cost and found on a recorded grid. Returns the exit status;
/// throws InputError, which main prints as one line.
int replay_command(const Arguments& arguments);

}  // namespace stormsweep
