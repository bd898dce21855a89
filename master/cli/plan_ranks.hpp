#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "master/schedule/expected_search.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What a search is expected to take on so many workers.
struct RanksPlan {
  std::size_t ranks;
  ScheduleKind schedule;
  std::optional<std::uint64_t> extent;  ///< set where the budget decides it, and the cost is known
  std::optional<ExpectedSearch>
      expected;  ///< nothing: too much to simulate, too few ranks, or even the smallest extent does not fit
};

/// The plans for each number of workers, with both schedules.
struct RanksPlans {
  const Space& space;
  bool cost_known;     ///< otherwise only shares of time are shown
  std::string source;  ///< of the cost
  std::vector<RanksPlan> rows = {};
};

RanksPlans plan_ranks(const Space& space, const TrainingCost& cost, const std::vector<std::size_t>& ranks);

/// One line: the largest number of workers that is busy for 90 % of the time, or the one that comes nearest.
std::string recommendation(const RanksPlans& plans);
std::string ranks_text(const RanksPlans& plans);
nlohmann::ordered_json ranks_json(const RanksPlans& plans);

}  // namespace stormsweep
