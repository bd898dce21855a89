#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// What is known of a search's data before any training (worker/check.hpp).
struct DataCheck {
  std::string fingerprint;         ///< of all files together; empty for an experiment without data
  std::vector<std::string> notes;  ///< one line each, for the user: counts, positives, storms that are not finite
};

}  // namespace stormsweep
