#pragma once

#include <cstdint>

#include "search/space/trainings.hpp"

namespace stormsweep {

/// An assignment of a training without a configuration; gang 0: a single rank.
inline Assignment assignment(std::uint64_t id, std::uint64_t gang = 0) {
  return {{TrainingId{id}, {}, {}, 1}, gang, {}};
}

}  // namespace stormsweep
