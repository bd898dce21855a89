#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace stormsweep {

/// The path of a file that all workers of a search share, `name` in `folder`. Where it does not exist yet, the first
/// process that asks makes it by `make(path)`, while others that want it wait (a lock that the kernel releases if the
/// maker dies). Throws InputError where the folder cannot be written, and what `make` throws.
std::filesystem::path made_once(const std::filesystem::path& folder, const std::string& name,
                                const std::function<void(const std::filesystem::path&)>& make);

}  // namespace stormsweep
