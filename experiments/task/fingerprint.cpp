#include "experiments/task/fingerprint.hpp"

#include <array>
#include <cstddef>
#include <fstream>
#include <span>

#include "search/base/file.hpp"

namespace stormsweep {

void add_text(Checksum& sum, std::string_view text) {
  sum.add(std::as_bytes(std::span(text)));
  sum.add(std::as_bytes(std::span("", 1)));  // marks its end
}

void add_file(Checksum& sum, const std::filesystem::path& file, std::string_view remedy,
              const std::function<void(std::size_t)>& read) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse_file(file, "cannot be read", remedy);
  std::array<char, 1 << 16> bytes;
  while (stream.read(bytes.data(), bytes.size()), stream.gcount() > 0) {
    const auto count = static_cast<std::size_t>(stream.gcount());
    sum.add(std::as_bytes(std::span(bytes.data(), count)));
    read(count);
  }
  if (stream.bad()) refuse_file(file, "cannot be read to its end", remedy);
}

}  // namespace stormsweep
