#include "master/cli/plan_ranks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "master/cli/sized_search.hpp"
#include "master/schedule/budget.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/table.hpp"
#include "search/space/extent.hpp"
#include "search/space/gang_sizes.hpp"

namespace stormsweep {

namespace {

constexpr double well_used = 0.9;

std::string name_of(ScheduleKind schedule) {
  return schedule == ScheduleKind::synchronous ? "synchronous" : "master-worker";
}

std::string source_of(const Space& space, const TrainingCost& cost) {
  if (cost.timed()) return "by trials that have been timed";
  if (cost.known()) return fmt::format("as cost.{} says", space.cost.epoch_seconds ? "epoch_seconds" : "trial_seconds");
  return fmt::format("as if every {} took the same", space.experiment->milestone ? "epoch" : "trial");
}

RanksPlan plan_of(const Space& space, const TrainingCost& cost, std::size_t ranks, ScheduleKind schedule) {
  RanksPlan plan{ranks, schedule, {}, {}};
  if (ranks < static_cast<std::size_t>(largest_gang(space))) return plan;
  if (!sized_by_budget(space)) {
    plan.expected = expected_search(space, cost, ranks, schedule);
  } else if (const auto fitted = cost.known() ? fit_to_budget(space, cost, ranks, schedule) : std::nullopt) {
    plan.extent = fitted->extent;
    plan.expected = fitted->expected;
  }
  return plan;
}

std::string rank_hours_text(const RanksPlan& plan) {
  return hours_text(plan.expected->seconds * static_cast<double>(plan.ranks));
}

/// Why `plan` has no expectation.
std::string why_not(const RanksPlans& plans, const RanksPlan& plan) {
  const Space& space = plans.space;
  if (plan.ranks < static_cast<std::size_t>(largest_gang(space)))
    return fmt::format("parameters.gpus wants {}", largest_gang(space));
  if (!sized_by_budget(space)) return fmt::format("more than {} trainings", grouped(most_simulated));
  return plans.cost_known ? "nothing fits" : "give a cost";
}

std::vector<std::string> cells_of(const RanksPlans& plans, const RanksPlan& plan) {
  std::vector<std::string> cells{grouped(plan.ranks), name_of(plan.schedule)};
  if (!plan.expected) {
    cells.push_back(why_not(plans, plan));
    return cells;
  }
  if (sized_by_budget(plans.space)) cells.push_back(grouped(*plan.extent));
  cells.push_back(grouped(plan.expected->trials));
  if (plans.cost_known) cells.push_back(hours_text(plan.expected->seconds));
  cells.push_back(fmt::format("{:.0f} %", 100 * plan.expected->efficiency));
  if (plans.cost_known) cells.push_back(rank_hours_text(plan));
  return cells;
}

}  // namespace

RanksPlans plan_ranks(const Space& space, const TrainingCost& cost, const std::vector<std::size_t>& ranks) {
  RanksPlans plans{space, cost.known(), source_of(space, cost)};
  for (const std::size_t count : ranks)
    for (const auto schedule : {ScheduleKind::master_worker, ScheduleKind::synchronous})
      plans.rows.push_back(plan_of(space, cost, count, schedule));
  return plans;
}

std::string recommendation(const RanksPlans& plans) {
  const auto merit = [](const RanksPlan& plan) {
    const double used = plan.expected ? plan.expected->efficiency : -1;
    return std::tuple(used >= well_used, used >= well_used ? plan.ranks : 0, used);
  };
  const auto best = std::max_element(plans.rows.begin(), plans.rows.end(),
                                     [&](const auto& a, const auto& b) { return merit(a) < merit(b); });
  if (best == plans.rows.end() || !best->expected) return "";
  const double used = best->expected->efficiency;
  const double percent = std::round(100 * used);  // but a value below the bound must not be rounded up to it
  return fmt::format("recommended: {} worker{}, {} schedule, busy for {:.0f} % of the time: {} {:.0f} %", best->ranks,
                     best->ranks == 1 ? "" : "s", name_of(best->schedule),
                     used >= well_used ? percent : std::min(percent, 100 * well_used - 1),
                     used >= well_used ? "the most that reach" : "none reaches", 100 * well_used);
}

std::string ranks_text(const RanksPlans& plans) {
  Table table{.header = {"workers", "schedule"}, .numeric = {true, false, true, true, true, true, true}};
  if (sized_by_budget(plans.space)) table.header.push_back(extent_word(plans.space));
  table.header.emplace_back("trials");
  if (plans.cost_known) table.header.emplace_back("expected");
  table.header.emplace_back("busy");
  if (plans.cost_known) table.header.emplace_back("rank-hours");
  for (const RanksPlan& plan : plans.rows) table.rows.push_back(cells_of(plans, plan));
  table.footnotes.push_back("times " + plans.source);
  if (const std::string line = recommendation(plans); !line.empty()) table.footnotes.push_back(line);
  return to_text(table);
}

nlohmann::ordered_json ranks_json(const RanksPlans& plans) {
  nlohmann::ordered_json json{{"cost", plans.source}, {"rows", nlohmann::ordered_json::array()}};
  for (const RanksPlan& plan : plans.rows) {
    auto& row = json["rows"].emplace_back(
        nlohmann::ordered_json{{"workers", plan.ranks}, {"schedule", name_of(plan.schedule)}});
    if (plan.extent) row[extent_word(plans.space)] = *plan.extent;
    if (!plan.expected) continue;
    row["trials"] = plan.expected->trials;
    row["efficiency"] = plan.expected->efficiency;
    if (plans.cost_known) row["seconds"] = plan.expected->seconds;
  }
  json["recommendation"] = recommendation(plans);
  return json;
}

}  // namespace stormsweep
