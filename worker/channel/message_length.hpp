#pragma once

#include <climits>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace stormsweep {

/// The length of a message of so many bytes, as the int that MPI takes. Throws std::length_error from 2 GiB on: MPI
/// would send nothing, and the receiver would wait for ever.
inline int message_length(std::size_t bytes) {
  if (bytes > INT_MAX)
    throw std::length_error("a message of " + std::to_string(bytes) + " bytes to another rank; MPI takes " +
                            std::to_string(INT_MAX) + " at most");
  return static_cast<int>(bytes);
}

}  // namespace stormsweep
