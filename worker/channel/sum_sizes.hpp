#pragma once

#include <cstddef>

namespace stormsweep {

/// Up to so many numbers latency matters, not bandwidth: they are summed by recursive doubling.
inline constexpr std::size_t few_numbers = 2048;
/// The most numbers in one message of a larger sum.
inline constexpr std::size_t numbers_of_message = 65536;

}  // namespace stormsweep
