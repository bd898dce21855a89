#pragma once

#include <map>
#include <string>
#include <string_view>

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep init KIND DIR`: writes what a search begins with: search spaces of an experiment that ships, or an
/// experiment of the user's own.
int init_command(const Arguments& arguments);

/// By kind and name, embedded at build time: the files of experiments/<kind>/example, or, of an experiment that ships,
/// its search spaces.
const std::map<std::string, std::map<std::string, std::string_view>>& example_files();

}  // namespace stormsweep
