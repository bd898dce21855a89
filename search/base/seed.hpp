#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace stormsweep {

/// The seed of one random stream: a 64-bit mix (RandomStream's first number) of the search's seed, the
/// stream's name ("weights", "shuffle", "dropout", "augmentation") and its counters (epoch, step, sample ...). Streams
/// depend on nothing else, so a trial's numbers do not depend on who trained it, when or beside what.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view stream,
                          std::initializer_list<std::uint64_t> counters = {});

}  // namespace stormsweep
