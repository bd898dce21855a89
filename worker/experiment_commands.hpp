#pragma once

#include <optional>
#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep <verb> <experiment> ...` for a verb that experiments have commands for: prepare, generate, forecast,
/// label. `words` begins with the verb; nothing where that is not one of them. --help in place of the experiment lists
/// those that have the command. Throws InputError where the experiment has none. Returns the exit status.
std::optional<int> run_experiment_command(const std::vector<std::string>& words);

}  // namespace stormsweep
