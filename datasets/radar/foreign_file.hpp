#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace stormsweep::radar {

/// What a file is by its first bytes, where it is a known kind that stormsweep does not read: "a GIF image", "a binary
/// RADOLAN composite", ... For a file packed by gzip, what is in it.
std::optional<std::string> foreign_kind(const std::filesystem::path& path);

}  // namespace stormsweep::radar
