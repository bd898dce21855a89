#include "datasets/files/packed_file.hpp"

#include <zlib.h>

#include <array>
#include <fstream>
#include <memory>

#include "search/base/error.hpp"

namespace stormsweep::packed {

namespace {

using File = std::unique_ptr<gzFile_s, int (*)(gzFile)>;

/// zlib reads unpacked files as they are.
File open(const std::filesystem::path& path) {
  return {gzopen(path.c_str(), "rb"), gzclose};
}

}  // namespace

bool is_gzip(const std::filesystem::path& path) {
  std::array<char, 2> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  return head[0] == '\x1f' && head[1] == '\x8b';
}

std::string first_bytes(const std::filesystem::path& path, std::size_t most) {
  std::string bytes(most, '\0');
  const File file = open(path);
  const int read = file ? gzread(file.get(), bytes.data(), static_cast<unsigned>(most)) : 0;
  bytes.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
  return bytes;
}

bool is_tar(std::string_view first_bytes) {
  return first_bytes.size() > 262 && first_bytes.substr(257, 5) == "ustar";  // POSIX.1-1988, pax
}

std::string all_bytes(const std::filesystem::path& path) {
  std::string bytes;
  std::array<char, 65536> part{};
  const File file = open(path);
  int read = 0;
  while (file && (read = gzread(file.get(), part.data(), part.size())) > 0)
    bytes.append(part.data(), static_cast<std::size_t>(read));
  int problem = Z_OK;
  if (file) gzerror(file.get(), &problem);
  if (!file || read < 0 || problem != Z_OK)
    throw InputError(path.string() + ": cannot be read, or is damaged; fetch it again or leave it out");
  return bytes;
}

}  // namespace stormsweep::packed
