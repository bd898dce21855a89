#pragma once

#include <cstdint>
#include <vector>

namespace stormsweep {

/// The first `count` numbers of a random order of first ... last - 1 (Fisher and Yates) that depends on `seed` alone.
std::vector<std::int64_t> random_order(std::int64_t first, std::int64_t last, std::int64_t count, std::uint64_t seed);

}  // namespace stormsweep
