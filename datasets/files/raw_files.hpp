#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stormsweep {

/// Files that a user names, and in folders those in and below them for which `wanted` holds: links followed, each once,
/// however often it is given, sorted. Throws InputError: nothing of a name, a folder that cannot be read, or one
/// without any such file, of which `none` then speaks ("holds no *.nc file; give ...").
std::vector<std::filesystem::path> list_raw_files(const std::vector<std::filesystem::path>& paths,
                                                  const std::function<bool(const std::filesystem::path&)>& wanted,
                                                  const std::string& none);

}  // namespace stormsweep
