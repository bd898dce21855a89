#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stormsweep {

/// Files that a user names, and, for folders, the files in and below them for which `wanted` holds: links followed,
/// each file once, sorted. Throws InputError: a name that does not exist, a folder that cannot be read, or one without
/// any such file, which `none` then explains ("holds no *.nc file; give ...").
std::vector<std::filesystem::path> list_raw_files(const std::vector<std::filesystem::path>& paths,
                                                  const std::function<bool(const std::filesystem::path&)>& wanted,
                                                  const std::string& none);

}  // namespace stormsweep
