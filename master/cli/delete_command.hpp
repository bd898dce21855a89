#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep delete` and `stormsweep rerun`: after asking, remove trials of a results database, or let them wait to
/// be trained again. Print to standard output and return the exit status. Throw InputError, which main prints as one
/// line.
int delete_command(const Arguments& arguments);
int rerun_command(const Arguments& arguments);

}  // namespace stormsweep
