#pragma once

#include <filesystem>
#include <fstream>

namespace stormsweep {

/// Changes a bit of a file's last byte, in place; the second time it is what it was.
inline void flip_last_byte(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-1, std::ios::end);
  const int last = file.peek();
  file.seekp(-1, std::ios::end);
  file.put(static_cast<char>(last ^ 1));
}

}  // namespace stormsweep
