#pragma once

#include "search/base/options.hpp"

namespace stormsweep {

/// Each command parses its own options (Boost.Program_options; --help prints usage, options and an example), prints to
/// standard output and returns the exit status. Throws InputError, which main prints as one line (exit status 2).
int run_command(const Arguments& arguments);       // run.cpp
int plan_command(const Arguments& arguments);      // plan.cpp
int describe_command(const Arguments& arguments);  // describe.cpp
int results_command(const Arguments& arguments);   // results.cpp
int status_command(const Arguments& arguments);    // status.cpp
int compare_command(const Arguments& arguments);   // compare.cpp
int merge_command(const Arguments& arguments);     // merge_command.cpp
int submit_command(const Arguments& arguments);    // submit.cpp

}  // namespace stormsweep
