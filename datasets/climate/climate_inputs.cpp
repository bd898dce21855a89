#include "datasets/climate/climate_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "search/base/error.hpp"

namespace stormsweep {

ClimateInputs::ClimateInputs(const std::filesystem::path& manifest) : manifest_(read_climate_manifest(manifest)) {
  open_targets();
  choose_grid();
  for (const auto& [scenario, members] : manifest_.scenarios) open_forcings(scenario);
  for (const ClimatePart& part : manifest_.forecast) open_forcings(part.scenario);
  for (const auto& [member, targets] : targets_) find_months(member);
}

void ClimateInputs::open_targets() {
  for (const auto& [scenario, members] : manifest_.scenarios) {
    for (const std::string& member : members) {
      for (const auto& [name, files] : manifest_.targets)
        targets_[{scenario, member}].emplace_back(manifest_, name, files, scenario, member, notes_);
    }
  }
}

void ClimateInputs::choose_grid() {
  const auto& [scenario, members] = manifest_.scenarios.front();
  grid_ = manifest_.grid.value_or(targets_.at({scenario, members.front()}).front().series().first().grid());
  for (auto& [run, targets] : targets_) {
    for (ClimateTarget& target : targets) {
      const ClimateSource& file = target.series().first();
      if (target.series().regrid(grid_, manifest_.method))
        notes_.push_back(file.path().string() + ": " + words_of_regridding(file.grid(), grid_, manifest_.method));
    }
  }
}

void ClimateInputs::open_forcings(const std::string& scenario) {
  if (forcings_.contains(scenario)) return;
  std::vector<ClimateForcing>& all = forcings_[scenario];
  const std::string& first_scenario = manifest_.scenarios.front().first;
  for (const auto& [name, files] : manifest_.forcings) {
    all.push_back(climate_forcing(manifest_, name, files, scenario, grid_, notes_));
    const ClimateForcing& one = all.back();
    const ClimateForcing& first = forcings_.at(first_scenario)[all.size() - 1];
    if (one.unit == first.unit && one.global == first.global) continue;
    throw InputError(fmt::format("{}: {} of {} is a {} in '{}', of {} a {} in '{}'; give files of one kind",
                                 manifest_.path.string(), name, scenario, one.global ? "number" : "map", one.unit,
                                 first_scenario, first.global ? "number" : "map", first.unit));
  }
}

ClimateMonths ClimateInputs::known_forcings(const std::string& scenario) const {
  ClimateMonths known{0, std::numeric_limits<ClimateMonth>::max()};
  for (const ClimateForcing& forcing : forcings_.at(scenario))
    known = {std::max(known.begin, forcing.begin), std::min(known.end, forcing.end)};
  return known;
}

void ClimateInputs::find_months(const ClimateMember& member) {
  const std::vector<ClimateTarget>& targets = targets_.at(member);
  const ClimateMonths known = known_forcings(member.scenario);
  const ClimateSeries& first = targets.front().series();
  std::vector<ClimateMonths>& pieces = months_[member];
  for (ClimateMonth month = std::max(first.begin(), known.begin); month < std::min(first.end(), known.end); ++month) {
    if (!std::ranges::all_of(targets, [&](const ClimateTarget& one) { return one.series().has(month); })) continue;
    if (pieces.empty() || pieces.back().end != month) pieces.push_back({month, month});
    ++pieces.back().end;
  }
  if (!pieces.empty()) return tell_gaps(member);
  throw InputError(fmt::format(
      "{}: {} {} has no month with all of its fields: targets from {}, forcings {}; give files of the same years",
      manifest_.path.string(), member.scenario, member.name, words_of(ClimateMonths{first.begin(), first.end()}),
      known.begin < known.end ? words_of(known) : "of no month"));
}

void ClimateInputs::tell_gaps(const ClimateMember& member) {
  const std::vector<ClimateMonths>& pieces = months_.at(member);
  const std::string name = member.scenario + " " + member.name;
  for (std::size_t i = 1; i < pieces.size(); ++i)
    notes_.push_back(fmt::format("{}: {} are missing; its run ends there, and another begins", name,
                                 words_of(ClimateMonths{pieces[i - 1].end, pieces[i].begin})));
  const ClimateSeries& first = targets_.at(member).front().series();
  const ClimateMonths known = known_forcings(member.scenario);
  if (known.end < first.end() || known.begin > first.begin())
    notes_.push_back(
        fmt::format("{}: forcings are known for {} alone; targets beyond are left out", name, words_of(known)));
}

ClimateMonth ClimateInputs::first_target(const std::string& scenario) const {
  ClimateMonth first = std::numeric_limits<ClimateMonth>::max();
  for (const auto& [member, months] : months_) {
    if (member.scenario == scenario) first = std::min(first, months.front().begin);
  }
  return first;
}

}  // namespace stormsweep
