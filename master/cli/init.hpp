#pragma once

#include <map>
#include <string>
#include <string_view>

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep init KIND DIR`: writes files to start from: search spaces of a shipped experiment, or an experiment of
/// the user's own.
int init_command(const Arguments& arguments);

/// The files by kind and name, embedded at build time: those of experiments/<kind>/example, or the search spaces of a
/// shipped experiment.
const std::map<std::string, std::map<std::string, std::string_view>>& example_files();

}  // namespace stormsweep
