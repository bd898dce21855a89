#pragma once

#include <cstdint>

#include "search/space/trainings.hpp"

namespace stormsweep {

/// Of a training without a configuration; gang 0: of one rank alone.
inline Assignment assignment(std::uint64_t id, std::uint64_t gang = 0) {
  return {{TrainingId{id}, {}, {}, 1}, gang, {}};
}

}  // namespace stormsweep
