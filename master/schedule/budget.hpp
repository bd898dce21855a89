#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "master/schedule/expected_search.hpp"
#include "master/schedule/training_cost.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Hours that a run has on so many ranks: limits.hours, or limits.rank_hours divided among them if that is less.
std::optional<double> hours_of(const Limits& limits, std::size_t ranks);
/// "limits.hours (8)", "limits.rank_hours (100)": the one that hours_of takes.
std::string limit_text(const Limits& limits, std::size_t ranks);

/// An extent (search/space/extent.hpp), and what is expected of it.
struct FittedSearch {
  std::uint64_t extent;
  ExpectedSearch expected;
};

/// The largest extent, among those that the space has and `most_simulated` allows, that is expected to end within
/// hours_of its limits; nothing where even the smallest would not. `space` is sized_by_budget.
std::optional<FittedSearch> fit_to_budget(const Space& space, const TrainingCost& cost, std::size_t ranks,
                                          ScheduleKind schedule);

}  // namespace stormsweep
