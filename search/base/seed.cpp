#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

/// SplitMix64: add the golden ratio's 64 bits, then Stafford's variant 13 of MurmurHash3's finaliser.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t derive_seed(std::uint64_t seed, std::string_view stream, std::initializer_list<std::uint64_t> counters) {
  std::uint64_t state = mix(seed);
  for (const char c : stream) state = mix(state ^ static_cast<unsigned char>(c));
  state = mix(state ^ stream.size());  // so that no name runs on into a counter
  for (const std::uint64_t counter : counters) state = mix(state ^ counter);
  return state;
}

}  // namespace stormsweep
