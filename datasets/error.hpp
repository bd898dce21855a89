#pragma once

#include <stdexcept>
#include <string>

namespace stormsweep {

/// A data file or folder that its owner can mend. One line, "<path>: <problem>; <remedy>"; programs print it and
/// exit 2.
class DataError : public std::runtime_error {
 public:
  explicit DataError(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace stormsweep
