#pragma once

#include <map>
#include <string>
#include <vector>

namespace stormsweep {

/// A command for each experiment.
using ExperimentCommands = std::map<std::string, int (*)(const std::vector<std::string>&)>;

/// Runs `stormsweep <verb> <experiment> ...`: `words` without the verb; --help instead of an experiment lists them.
/// Throws InputError where there is no such experiment. Returns the exit status.
int run_chosen(const std::string& verb, const ExperimentCommands& commands, const std::vector<std::string>& words);

}  // namespace stormsweep
