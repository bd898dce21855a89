#include "search/base/checksum.hpp"

#define XXH_INLINE_ALL
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <vector>

#include "search/base/file.hpp"

namespace stormsweep {

struct Checksum::State {
  XXH3_state_t xxh;
};

Checksum::Checksum(Bits bits) : state_(std::make_unique<State>()), bits_(bits) {
  bits_ == Bits::b64 ? XXH3_64bits_reset(&state_->xxh) : XXH3_128bits_reset(&state_->xxh);
}

Checksum::~Checksum() = default;

void Checksum::add(std::span<const std::byte> bytes) {
  bits_ == Bits::b64 ? XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size())
                     : XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size());
}

void Checksum::add_text(std::string_view text) {
  add(std::as_bytes(std::span(text)));
  add(std::as_bytes(std::span("", 1)));
}

void Checksum::add_file(const std::filesystem::path& file, std::string_view remedy,
                        const std::function<void(std::size_t)>& read) {
  const Descriptor open(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!open) refuse_file(file, "cannot be read", remedy);
  std::vector<char> buffer(1 << 20);
  ssize_t got = 0;
  while ((got = TEMP_FAILURE_RETRY(::read(*open, buffer.data(), buffer.size()))) > 0) {
    const auto bytes = static_cast<std::size_t>(got);
    add(std::as_bytes(std::span(buffer).first(bytes)));
    read(bytes);
  }
  if (got < 0) refuse_file(file, "cannot be read to its end", remedy);
}

std::string Checksum::digits() const {
  if (bits_ == Bits::b64) return fmt::format("{:016x}", XXH3_64bits_digest(&state_->xxh));
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace stormsweep
