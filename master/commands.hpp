#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// The words after the command's name.
using Arguments = std::vector<std::string>;

/// Each command parses its own options (Boost.Program_options; --help prints usage, options and an example), prints to
/// standard output and returns the exit status. Throws InputError, which main prints as one line (exit status 2).
int run_command(const Arguments& arguments);       // master/run.cpp
int plan_command(const Arguments& arguments);      // master/plan.cpp
int describe_command(const Arguments& arguments);  // master/describe.cpp
int results_command(const Arguments& arguments);   // master/results.cpp
int status_command(const Arguments& arguments);    // master/status.cpp
int compare_command(const Arguments& arguments);   // master/compare.cpp
int merge_command(const Arguments& arguments);     // master/merge_command.cpp
int submit_command(const Arguments& arguments);    // master/submit.cpp

}  // namespace stormsweep
