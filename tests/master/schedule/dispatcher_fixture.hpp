#pragma once

#include <optional>
#include <vector>

#include "master/schedule/dispatcher.hpp"
#include "tests/master/schedule/actions.hpp"
#include "tests/master/schedule/numbered.hpp"

namespace stormsweep::test {

/// The training that a worker is given by `actions`, or nothing.
inline std::optional<Training> assigned(const std::vector<Action>& actions, WorkerId worker) {
  for (const auto& assign : all<action::Assign>(actions)) {
    if (assign.worker == worker) return assign.trainings.front();
  }
  return std::nullopt;
}

}  // namespace stormsweep::test
