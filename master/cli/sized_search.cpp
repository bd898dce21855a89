#include "master/cli/sized_search.hpp"

#include <fmt/format.h>

#include "master/report/recorded_cost.hpp"
#include "master/schedule/budget.hpp"
#include "master/store/stored_extent.hpp"
#include "search/base/error.hpp"
#include "search/base/table.hpp"
#include "search/space/extent.hpp"

namespace stormsweep {

namespace {

[[noreturn]] void refuse_unknown(const Space& space, const std::string& place, const std::string& limit) {
  throw InputError(fmt::format("{}: {}: how many {} fit is not known, because their cost is not known; {}", place,
                               limit, extent_word(space), how_to_settle_extent(space)));
}

[[noreturn]] void refuse_small(const Space& space, const std::string& place, const std::string& limit,
                               std::size_t workers) {
  const std::string one = has_rungs(space.method) ? "one bracket" : "one training";
  throw InputError(fmt::format("{}: {}: not even {} is expected to end in time on {} worker{}; raise it", place, limit,
                               one, workers, workers == 1 ? "" : "s"));
}

}  // namespace

SizedSearch size_search(const Space& space, const std::string& place, const std::filesystem::path& database,
                        std::size_t workers, ScheduleKind schedule) {
  if (!sized_by_budget(space)) return {space, ""};
  if (const auto kept = read_extent(database, space))
    return {with_extent(space, *kept),
            fmt::format("{}: {} {}, as its first start chose", space.name, grouped(*kept), extent_word(space))};
  const std::string limit = limit_text(space.limits, workers);
  const TrainingCost cost = read_cost(space, database);
  if (!cost.known()) refuse_unknown(space, place, limit);
  const auto fitted = fit_to_budget(space, cost, workers, schedule);
  if (!fitted) refuse_small(space, place, limit, workers);
  return {with_extent(space, fitted->extent),
          fmt::format("{}: {} {} fit {} on {} worker{}: {} trials, {} expected, {:.0f} % busy; kept for later runs",
                      space.name, grouped(fitted->extent), extent_word(space), limit, workers, workers == 1 ? "" : "s",
                      grouped(fitted->expected.trials), hours_text(fitted->expected.seconds),
                      100 * fitted->expected.efficiency)};
}

std::string how_to_tell_cost(const Space& space) {
  return fmt::format("give cost.{}, or cost.like with a database of such trials",
                     space.experiment->milestone ? "epoch_seconds" : "trial_seconds");
}

std::string how_to_settle_extent(const Space& space) {
  return fmt::format("{}, or method.{}", how_to_tell_cost(space), extent_key(space.method));
}

std::string hours_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  if (seconds < 3600) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.{}f} h", seconds / 3600, seconds < 360'000 ? 1 : 0);
}

std::string extent_word(const Space& space) {
  return has_rungs(space.method) ? "brackets" : "trainings";
}

}  // namespace stormsweep
