#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep report`: the words after it. Returns the exit status; throws InputError.
int report_command(const Arguments& arguments);

}  // namespace stormsweep
