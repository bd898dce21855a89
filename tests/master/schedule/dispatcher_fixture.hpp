#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "master/schedule/dispatcher.hpp"
#include "tests/master/schedule/actions.hpp"

namespace stormsweep::test {

constexpr WorkerId w1{1}, w2{2};

inline Training training(std::uint64_t id, std::vector<std::int64_t> milestones = {}) {
  return {TrainingId{id}, Configuration{{std::int64_t(id)}}, std::move(milestones), 1};
}

/// The training that a worker is given by `actions`, or nothing.
inline std::optional<Training> assigned(const std::vector<Action>& actions, WorkerId worker) {
  for (const auto& assign : all<action::Assign>(actions)) {
    if (assign.worker == worker) return assign.trainings.front();
  }
  return std::nullopt;
}

}  // namespace stormsweep::test
