#include "master/schedule/budget.hpp"

#include <fmt/format.h>

#include "search/methods/halving.hpp"
#include "search/space/extent.hpp"

namespace stormsweep {

namespace {

std::optional<double> share_of_rank_hours(const Limits& limits, std::size_t ranks) {
  if (!limits.rank_hours) return std::nullopt;
  return *limits.rank_hours / static_cast<double>(ranks);
}

/// Whether the space really has so many trainings, or brackets.
bool has(const Space& space, std::uint64_t extent, const ExpectedSearch& expected) {
  return (has_rungs(space.method) ? bracket_shapes(space).size() : expected.trainings) == extent;
}

}  // namespace

std::optional<double> hours_of(const Limits& limits, std::size_t ranks) {
  const auto share = share_of_rank_hours(limits, ranks);
  if (!limits.hours || !share) return limits.hours ? limits.hours : share;
  return std::min(*limits.hours, *share);
}

std::string limit_text(const Limits& limits, std::size_t ranks) {
  const auto share = share_of_rank_hours(limits, ranks);
  if (share && (!limits.hours || *share < *limits.hours))
    return fmt::format("limits.rank_hours ({})", *limits.rank_hours);
  return fmt::format("limits.hours ({})", limits.hours.value_or(0));
}

std::optional<FittedSearch> fit_to_budget(const Space& space, const TrainingCost& cost, std::size_t ranks,
                                          ScheduleKind schedule) {
  const double most_seconds = hours_of(space.limits, ranks).value() * 3600;
  const auto fitted = [&](std::uint64_t extent) -> std::optional<FittedSearch> {
    const Space sized = with_extent(space, extent);
    const auto expected = expected_search(sized, cost, ranks, schedule);
    if (!expected || expected->seconds > most_seconds || !has(sized, extent, *expected)) return std::nullopt;
    return FittedSearch{extent, *expected};
  };
  std::optional<FittedSearch> best;
  std::uint64_t step = 1;
  for (; auto larger = fitted(step); step *= 2) best = larger;
  for (step /= 2; step > 1;) {
    step /= 2;
    if (auto larger = fitted(best->extent + step)) best = larger;
  }
  return best;
}

}  // namespace stormsweep
