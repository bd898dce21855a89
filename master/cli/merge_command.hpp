#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep merge`: joins the databases of jobs that share a search. Prints to
/// standard output and returns the exit status. Throws InputError, which main prints as one line.
int merge_command(const Arguments& arguments);

}  // namespace stormsweep
