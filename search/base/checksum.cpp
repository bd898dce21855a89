#include "search/base/checksum.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

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

std::string Checksum::digits() const {
  if (bits_ == Bits::b64) return fmt::format("{:016x}", XXH3_64bits_digest(&state_->xxh));
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace stormsweep
