#include "datasets/climate/climate_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "datasets/files/splits.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr ClimateMonth longest_window = 24;

class Plan {
 public:
  explicit Plan(const ClimateInputs& inputs) : inputs_(inputs) {}
  ClimateLayout split(std::size_t split);
  ClimateLayout forecast() const;

 private:
  ClimateLayout fields() const;
  ClimateMonth first_forcing(const std::string& scenario, ClimateMonth first_target) const {
    return std::max(inputs_.known_forcings(scenario).begin, first_target - longest_window);
  }
  std::vector<ClimateMonths> months_of(const ClimateMember& member, const ClimatePart& part) const;
  void add_part(std::size_t split, const ClimatePart& part, ClimateLayout& layout);
  void claim(std::size_t split, const ClimateMember& member, const ClimateMonths& months, const std::string& place);

  const ClimateInputs& inputs_;
  std::map<std::pair<ClimateMember, ClimateMonth>, std::size_t> claimed_;  ///< the split of each month
};

/// The months of a member that a part of a split asks for.
std::vector<ClimateMonths> Plan::months_of(const ClimateMember& member, const ClimatePart& part) const {
  const std::vector<ClimateMonths>& all = inputs_.months(member);
  const ClimateMonth end = all.back().end;
  const auto back = [&](std::int64_t months) {
    return static_cast<ClimateMonth>(std::max<std::int64_t>(0, end - months));
  };
  ClimateMonths wanted{part.last_months > 0 ? back(part.last_months) : 0, back(part.but_last_months)};
  if (part.first_year) {
    wanted.begin = std::max(wanted.begin, month_of(*part.first_year, 1));
    wanted.end = std::min(wanted.end, month_of(*part.last_year + 1, 1));
  }
  std::vector<ClimateMonths> pieces;
  for (const ClimateMonths& piece : all) {
    const ClimateMonths both{std::max(piece.begin, wanted.begin), std::min(piece.end, wanted.end)};
    if (both.begin < both.end) pieces.push_back(both);
  }
  if (pieces.empty())
    throw InputError(fmt::format("{}: leaves no month of {} {}, which has {}; mend its years", part.place,
                                 member.scenario, member.name, words_of(ClimateMonths{all.front().begin, end})));
  return pieces;
}

void Plan::claim(std::size_t split, const ClimateMember& member, const ClimateMonths& months,
                 const std::string& place) {
  for (ClimateMonth month = months.begin; month < months.end; ++month) {
    const auto [owner, fresh] = claimed_.emplace(std::pair(member, month), split);
    if (fresh) continue;
    throw InputError(fmt::format("{}: {} of {} {} is in {} {}; give each month to one", place, words_of_month(month),
                                 member.scenario, member.name, split_names[owner->second],
                                 owner->second == split ? "already" : "too"));
  }
}

void Plan::add_part(std::size_t split, const ClimatePart& part, ClimateLayout& layout) {
  auto scenario = std::ranges::find(layout.scenarios, part.scenario, &ClimateScenario::name);
  if (scenario == layout.scenarios.end()) {
    layout.scenarios.push_back({part.scenario, first_forcing(part.scenario, inputs_.first_target(part.scenario)), 0});
    scenario = layout.scenarios.end() - 1;
  }
  for (const std::string& name : part.members) {
    const ClimateMember member{part.scenario, name};
    for (const ClimateMonths& months : months_of(member, part)) {
      claim(split, member, months, part.place);
      layout.runs.push_back({scenario - layout.scenarios.begin(), name, months.begin, months.end});
      scenario->end = std::max(scenario->end, months.end);
    }
  }
}

ClimateLayout Plan::fields() const {
  const ClimateManifest& manifest = inputs_.manifest();
  ClimateLayout layout{.grid = inputs_.grid()};
  const std::vector<ClimateForcing>& forcings = inputs_.forcings(manifest.scenarios.front().first);
  for (std::size_t c = 0; c < forcings.size(); ++c)
    layout.forcings.push_back({manifest.forcings[c].first, forcings[c].unit, forcings[c].global, {}});
  for (const auto& [name, files] : manifest.targets) layout.targets.push_back({name, target_unit(name), false, {}});
  return layout;
}

ClimateLayout Plan::split(std::size_t split) {
  ClimateLayout layout = fields();
  for (const ClimatePart& part : inputs_.manifest().splits[split]) add_part(split, part, layout);
  return layout;
}

ClimateLayout Plan::forecast() const {
  ClimateLayout layout = fields();
  for (const ClimatePart& part : inputs_.manifest().forecast) {
    const ClimateMonths known = inputs_.known_forcings(part.scenario);
    const ClimateMonth first = month_of(*part.first_year, 1), end = month_of(*part.last_year + 1, 1);
    if (known.begin > first || known.end < end - 1)  // a month is forecast from those before it
      throw InputError(fmt::format("{}: forcings of {} are known for {}; give years among these", part.place,
                                   part.scenario, words_of(known)));
    layout.scenarios.push_back({part.scenario, first_forcing(part.scenario, first), std::min(known.end, end)});
  }
  return layout;
}

}  // namespace

ClimateLayouts plan_climate(const ClimateInputs& inputs) {
  Plan plan(inputs);
  return {plan.split(0), plan.split(1), plan.split(2), plan.forecast()};
}

}  // namespace stormsweep
