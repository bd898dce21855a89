#include "search/base/seed.hpp"

#include "search/base/random.hpp"

namespace stormsweep {

namespace {

std::uint64_t mix(std::uint64_t x) {
  return RandomStream(x).bits();
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
