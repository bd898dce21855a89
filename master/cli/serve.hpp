#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep serve`: the words after it. Returns the exit status once a signal ends it; throws InputError.
int serve_command(const Arguments& arguments);

}  // namespace stormsweep
