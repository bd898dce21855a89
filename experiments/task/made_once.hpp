#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "experiments/task/task.hpp"

namespace stormsweep {

/// The path of a file that is made from the data for all workers of a search, `name` in its cache. Where it does not
/// exist yet, the first process that asks makes it by `make(path)`, while others that want it wait (a lock that the
/// kernel releases if the maker dies). Throws InputError where the folder cannot be written, what `make` throws, and
/// FileChanged where the data changed meanwhile: then no file is left.
std::filesystem::path made_once(const TaskContext& context, const std::string& name,
                                const std::function<void(const std::filesystem::path&)>& make);

}  // namespace stormsweep
