#pragma once

#include <map>
#include <string>
#include <string_view>

#include "search/base/options.hpp"

namespace stormsweep {

/// `stormsweep init KIND DIR`: writes the files that an experiment of the user's own begins with.
int init_command(const Arguments& arguments);

/// The files of experiments/<kind>/example, by kind and name, embedded at build time.
const std::map<std::string, std::map<std::string, std::string_view>>& example_files();

}  // namespace stormsweep
