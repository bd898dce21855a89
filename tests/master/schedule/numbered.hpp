#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "search/messages/wire.hpp"
#include "search/space/trainings.hpp"

/// Workers and trainings by their numbers.
namespace stormsweep::test {

inline constexpr WorkerId w1{1}, w2{2}, w3{3}, w4{4};

inline Training training(std::uint64_t id, std::vector<std::int64_t> milestones = {}, std::uint32_t gang = 1) {
  return {TrainingId{id}, Configuration{{std::int64_t(id)}}, std::move(milestones), 1, gang};
}

}  // namespace stormsweep::test
