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

/// More are not simulated.
inline constexpr std::uint64_t most_simulated = 100'000;

/// By simulating the schedulers and the method as they are (simulation.hpp): with all of its trainings to do, and none
/// that fails. Who goes on in a halving is supposed by lot. Where bayes will look is not known: a Sobol sequence
/// stands for that, at the pace that its width allows. Nothing where there are more trainings than `most_simulated`, or
/// they have no end. `ranks`: at least the largest gang.
std::optional<ExpectedSearch> expected_search(const Space& space, const TrainingCost& cost, std::size_t ranks,
                                              ScheduleKind schedule);

}  // namespace stormsweep
