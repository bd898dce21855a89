#pragma once

#include <cstddef>
#include <optional>

namespace stormsweep {

/// How many numbers there are along axes of these lengths; nothing beyond `most`, at most 2^53. A damaged file may
/// declare lengths that it does not hold, that no memory has room for, and whose product wraps to a small number.
template <class Lengths>
std::optional<std::size_t> number_count(const Lengths& lengths, std::size_t most = 1 << 30) {
  double count = 1;  // exact up to 2^53
  for (const auto length : lengths) count *= static_cast<double>(length);
  return count <= static_cast<double>(most) ? std::optional(static_cast<std::size_t>(count)) : std::nullopt;
}

}  // namespace stormsweep
