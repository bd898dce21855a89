#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace stormsweep {

/// The bytes of a file, or as many as can be read: a process may end while its file in /proc is.
inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace stormsweep
