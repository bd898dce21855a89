#pragma once

#include <cstddef>

namespace stormsweep {

/// Up to so many numbers the lag of the wire counts, not their size: they are summed by recursive doubling.
inline constexpr std::size_t few_numbers = 2048;
/// Numbers of one message of a larger sum, at most.
inline constexpr std::size_t numbers_of_message = 65536;

}  // namespace stormsweep
