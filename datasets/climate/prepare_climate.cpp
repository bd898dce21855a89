#include "datasets/climate/prepare_climate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "datasets/climate/climate_forcing.hpp"
#include "datasets/climate/climate_manifest.hpp"
#include "datasets/climate/climate_splits.hpp"
#include "datasets/climate/climate_target.hpp"
#include "datasets/files/splits.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr ClimateMonth longest_window = 24;
constexpr ClimateMonth block = 120;  // months that are read between two writes

/// Months [begin, end).
struct Months {
  ClimateMonth begin = 0, end = 0;
};

std::string words_of(const Months& months) {
  return words_of_month(months.begin) + " to " + words_of_month(months.end - 1);
}

class Preparation {
 public:
  Preparation(const std::filesystem::path& manifest, const std::function<void(double)>& progress)
      : manifest_(read_climate_manifest(manifest)), progress_(progress) {}
  ClimateNotes run(const std::filesystem::path& folder);

 private:
  using Run = std::pair<std::string, std::string>;  ///< scenario, member
  void open_targets();
  void choose_grid();
  void open_forcings();
  void open_forcings(const std::string& scenario);
  Months known_forcings(const std::string& scenario) const;
  void find_months(const Run& run);
  std::vector<Months> months_of(const Run& run, const ClimatePart& part) const;
  ClimateLayout layout_of(std::size_t split);
  ClimateScenario forecast_of(const ClimatePart& part) const;
  void add_part(std::size_t split, const ClimatePart& part, ClimateLayout& layout);
  void claim(std::size_t split, const Run& run, const Months& months, const std::string& place);
  ClimateMonth first_forcing(const std::string& scenario) const;
  void write(const std::filesystem::path& folder, const ClimateLayouts& layouts);
  void write_forcings(ClimateSplitsWriter& writer, const std::string& scenario, const Months& months);
  void write_targets(ClimateSplitsWriter& writer, const Run& run, const Months& months);
  void tell(const std::string& line) { notes_.push_back(line); }

  ClimateManifest manifest_;
  const std::function<void(double)>& progress_;
  ClimateNotes notes_;
  ClimateGrid grid_;
  std::map<Run, std::vector<ClimateTarget>> targets_;            ///< in the order of the channels
  std::map<std::string, std::vector<ClimateForcing>> forcings_;  ///< of each scenario, likewise
  std::map<Run, std::vector<Months>> months_;                    ///< with all targets and forcings
  std::map<std::pair<Run, ClimateMonth>, std::size_t> claimed_;  ///< the split of each month
  std::int64_t done_ = 0, all_ = 0;                              ///< months to be written
};

void Preparation::open_targets() {
  for (const auto& [scenario, members] : manifest_.scenarios) {
    for (const std::string& member : members) {
      for (const auto& [name, files] : manifest_.targets)
        targets_[{scenario, member}].emplace_back(manifest_, name, files, scenario, member, notes_);
    }
  }
}

void Preparation::choose_grid() {
  const auto& [scenario, members] = manifest_.scenarios.front();
  grid_ = manifest_.grid.value_or(targets_.at({scenario, members.front()}).front().series().first().grid());
  for (auto& [run, targets] : targets_) {
    for (ClimateTarget& target : targets) {
      const ClimateSource& file = target.series().first();
      if (target.series().regrid(grid_, manifest_.method))
        tell(file.path().string() + ": " + words_of_regridding(file.grid(), grid_, manifest_.method));
    }
  }
}

void Preparation::open_forcings(const std::string& scenario) {
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

void Preparation::open_forcings() {
  for (const auto& [scenario, members] : manifest_.scenarios) open_forcings(scenario);
  for (const ClimatePart& part : manifest_.forecast) open_forcings(part.scenario);
}

Months Preparation::known_forcings(const std::string& scenario) const {
  Months known{0, std::numeric_limits<ClimateMonth>::max()};
  for (const ClimateForcing& forcing : forcings_.at(scenario))
    known = {std::max(known.begin, forcing.begin), std::min(known.end, forcing.end)};
  return known;
}

/// Months in which there are all targets and forcings; where some are missing in between, it is told.
void Preparation::find_months(const Run& run) {
  const std::vector<ClimateTarget>& targets = targets_.at(run);
  const Months known = known_forcings(run.first);
  const ClimateSeries& first = targets.front().series();
  std::vector<Months> pieces;
  for (ClimateMonth month = std::max(first.begin(), known.begin); month < std::min(first.end(), known.end); ++month) {
    if (!std::ranges::all_of(targets, [&](const ClimateTarget& one) { return one.series().has(month); })) continue;
    if (pieces.empty() || pieces.back().end != month) pieces.push_back({month, month});
    ++pieces.back().end;
  }
  const std::string name = run.first + " " + run.second;
  if (pieces.empty()) {
    throw InputError(fmt::format(
        "{}: {} has no month with all of its fields: targets from {}, forcings {}; give files of the same years",
        manifest_.path.string(), name, words_of({first.begin(), first.end()}),
        known.begin < known.end ? words_of(known) : "of no month"));
  }
  for (std::size_t i = 1; i < pieces.size(); ++i)
    tell(fmt::format("{}: {} are missing; its run ends there, and another begins", name,
                     words_of({pieces[i - 1].end, pieces[i].begin})));
  if (known.end < first.end() || known.begin > first.begin())
    tell(fmt::format("{}: forcings are known for {} alone; targets beyond are left out", name, words_of(known)));
  months_[run] = pieces;
}

std::vector<Months> Preparation::months_of(const Run& run, const ClimatePart& part) const {
  const std::vector<Months>& all = months_.at(run);
  const ClimateMonth end = all.back().end;
  const auto back = [&](std::int64_t months) {
    return static_cast<ClimateMonth>(std::max<std::int64_t>(0, end - months));
  };
  Months wanted{part.last_months > 0 ? back(part.last_months) : 0, back(part.but_last_months)};
  if (part.first_year) {
    wanted.begin = std::max(wanted.begin, month_of(*part.first_year, 1));
    wanted.end = std::min(wanted.end, month_of(*part.last_year + 1, 1));
  }
  std::vector<Months> pieces;
  for (const Months& piece : all) {
    const Months both{std::max(piece.begin, wanted.begin), std::min(piece.end, wanted.end)};
    if (both.begin < both.end) pieces.push_back(both);
  }
  if (pieces.empty())
    throw InputError(fmt::format("{}: leaves no month of {} {}, which has {}; mend its years", part.place, run.first,
                                 run.second, words_of({all.front().begin, end})));
  return pieces;
}

/// A month of a member belongs to one split, or what is learnt would be tested.
void Preparation::claim(std::size_t split, const Run& run, const Months& months, const std::string& place) {
  for (ClimateMonth month = months.begin; month < months.end; ++month) {
    const auto [owner, fresh] = claimed_.emplace(std::pair(run, month), split);
    if (fresh) continue;
    throw InputError(fmt::format("{}: {} of {} {} is in {} {}; give each month to one", place, words_of_month(month),
                                 run.first, run.second, split_names[owner->second],
                                 owner->second == split ? "already" : "too"));
  }
}

ClimateMonth Preparation::first_forcing(const std::string& scenario) const {
  ClimateMonth target = std::numeric_limits<ClimateMonth>::max();
  for (const auto& [run, months] : months_) {
    if (run.first == scenario) target = std::min(target, months.front().begin);
  }
  return std::max(known_forcings(scenario).begin, target - longest_window);
}

void Preparation::add_part(std::size_t split, const ClimatePart& part, ClimateLayout& layout) {
  auto scenario = std::ranges::find(layout.scenarios, part.scenario, &ClimateScenario::name);
  if (scenario == layout.scenarios.end()) {
    layout.scenarios.push_back({part.scenario, first_forcing(part.scenario), 0});
    scenario = layout.scenarios.end() - 1;
  }
  for (const std::string& member : part.members) {
    const Run run{part.scenario, member};
    for (const Months& months : months_of(run, part)) {
      claim(split, run, months, part.place);
      layout.runs.push_back({scenario - layout.scenarios.begin(), member, months.begin, months.end});
      scenario->end = std::max(scenario->end, months.end);
      all_ += months.end - months.begin;
    }
  }
}

ClimateScenario Preparation::forecast_of(const ClimatePart& part) const {
  const Months known = known_forcings(part.scenario);
  const ClimateMonth first = month_of(*part.first_year, 1), end = month_of(*part.last_year + 1, 1);
  if (known.begin > first || known.end < end - 1)  // a month is told from those before it
    throw InputError(fmt::format("{}: forcings of {} are known for {}; give years among these", part.place,
                                 part.scenario, words_of(known)));
  return {part.scenario, std::max(known.begin, first - longest_window), std::min(known.end, end)};
}

ClimateLayout Preparation::layout_of(std::size_t split) {
  ClimateLayout layout{.grid = grid_};
  const std::vector<ClimateForcing>& forcings = forcings_.begin()->second;
  for (std::size_t c = 0; c < forcings.size(); ++c)
    layout.forcings.push_back({manifest_.forcings[c].first, forcings[c].unit, forcings[c].global, {}});
  for (const auto& [name, files] : manifest_.targets) layout.targets.push_back({name, target_unit(name), false, {}});
  if (split == manifest_.splits.size()) {
    for (const ClimatePart& part : manifest_.forecast) layout.scenarios.push_back(forecast_of(part));
    return layout;
  }
  for (const ClimatePart& part : manifest_.splits[split]) add_part(split, part, layout);
  return layout;
}

void Preparation::write_forcings(ClimateSplitsWriter& writer, const std::string& scenario, const Months& months) {
  const std::vector<ClimateForcing>& forcings = forcings_.at(scenario);
  for (std::size_t c = 0; c < forcings.size(); ++c) {
    for (ClimateMonth first = months.begin; first < months.end; first += block) {
      std::vector<float> values;
      for (ClimateMonth month = first; month < std::min(first + block, months.end); ++month) {
        const std::vector<float> one = forcings[c].read(month);
        values.insert(values.end(), one.begin(), one.end());
      }
      writer.write_forcing(scenario, c, first, values);
    }
  }
}

void Preparation::write_targets(ClimateSplitsWriter& writer, const Run& run, const Months& months) {
  const std::vector<ClimateTarget>& targets = targets_.at(run);
  for (std::size_t c = 0; c < targets.size(); ++c) {
    for (ClimateMonth month = months.begin; month < months.end; ++month)
      writer.write_target(run.first, run.second, c, month, targets[c].read(month));
  }
  progress_(static_cast<double>(done_ += months.end - months.begin) / static_cast<double>(all_));
}

void Preparation::write(const std::filesystem::path& folder, const ClimateLayouts& layouts) {
  ClimateSplitsWriter writer(folder, layouts);
  std::map<std::string, Months> spans;  // of each scenario, over all files
  for (const ClimateLayout& layout : layouts) {
    for (const ClimateScenario& one : layout.scenarios) {
      Months& span = spans.try_emplace(one.name, Months{one.begin, one.end}).first->second;
      span = {std::min(span.begin, one.begin), std::max(span.end, one.end)};
    }
  }
  for (const auto& [scenario, months] : spans) write_forcings(writer, scenario, months);
  for (const ClimateLayout& layout : layouts) {
    for (const ClimateRun& run : layout.runs)
      write_targets(writer, {layout.scenarios[static_cast<std::size_t>(run.scenario)].name, run.member},
                    {run.begin, run.end});
  }
  writer.finish(fmt::format("stormsweep prepare emulator {}: {}", manifest_.path.string(), manifest_.text));
}

ClimateNotes Preparation::run(const std::filesystem::path& folder) {
  make_writable(folder);
  open_targets();
  choose_grid();
  open_forcings();
  for (const auto& [run, targets] : targets_) find_months(run);
  write(folder, {layout_of(0), layout_of(1), layout_of(2), layout_of(3)});
  return notes_;
}

}  // namespace

ClimateNotes prepare_climate(const std::filesystem::path& manifest, const std::filesystem::path& folder,
                             const std::function<void(double)>& progress) {
  return Preparation(manifest, progress).run(folder);
}

}  // namespace stormsweep
