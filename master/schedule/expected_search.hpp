#pragma once

#include <cstdint>
#include <optional>

#include "master/schedule/training_cost.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

enum class ScheduleKind { master_worker, synchronous };

/// What a whole search is expected to take.
struct ExpectedSearch {
  double seconds = 0;     ///< from its start to its end
  double efficiency = 1;  ///< share of the ranks' time in which they train
  std::uint64_t trainings = 0, trials = 0;
};

/// The most trainings that are simulated.
inline constexpr std::uint64_t most_simulated = 100'000;

/// Found by simulating the real schedulers and method (simulation.hpp), from an empty database and without failures. In
/// a halving the configurations that go on are drawn at random. For bayes, whose proposals are not known, a Sobol
/// sequence stands in, at the pace that the width allows. Nothing where there are more than `most_simulated` trainings,
/// or endlessly many. `ranks`: at least the largest gang.
std::optional<ExpectedSearch> expected_search(const Space& space, const TrainingCost& cost, std::size_t ranks,
                                              ScheduleKind schedule);

}  // namespace stormsweep
