#include "datasets/climate/prepare_climate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "datasets/climate/climate_inputs.hpp"
#include "datasets/climate/climate_plan.hpp"
#include "datasets/climate/climate_splits.hpp"
#include "datasets/files/splits.hpp"

namespace stormsweep {

namespace {

constexpr ClimateMonth block = 120;  // months that are read between two writes

void write_forcings(const ClimateInputs& inputs, const std::string& scenario, const ClimateMonths& months,
                    ClimateSplitsWriter& writer) {
  const std::vector<ClimateForcing>& forcings = inputs.forcings(scenario);
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

/// Notes a suspicious mean: the Earth's rain is 2.7 mm/day (Adler et al. 2018), and a model's is not far from it, but a
/// file may state a wrong unit. `mean`: over the Earth and all months of a run.
void tell_of_rain(ClimateInputs& inputs, const ClimateMember& member, double mean) {
  if (mean > 0.5 && mean < 10) return;
  inputs.tell(
      fmt::format("{} {}: pr is {:.3g} mm/day over the Earth, which has 2.7; if its unit is another than its "
                  "file tells, name it by \"unit\"",
                  member.scenario, member.name, mean));
}

void write_targets(ClimateInputs& inputs, const ClimateMember& member, const ClimateMonths& months,
                   ClimateSplitsWriter& writer) {
  std::vector<ClimateTarget>& targets = inputs.targets(member);
  for (std::size_t c = 0; c < targets.size(); ++c) {
    double sum = 0;
    for (ClimateMonth month = months.begin; month < months.end; ++month) {
      const std::vector<float> map = targets[c].read(month);
      sum += inputs.grid().mean(map);
      writer.write_target(member.scenario, member.name, c, month, map);
    }
    if (inputs.manifest().targets[c].first == "pr") tell_of_rain(inputs, member, sum / (months.end - months.begin));
  }
}

/// The months of each scenario that any of the files holds.
std::map<std::string, ClimateMonths> spans_of(const ClimateLayouts& layouts) {
  std::map<std::string, ClimateMonths> spans;
  for (const ClimateLayout& layout : layouts) {
    for (const ClimateScenario& one : layout.scenarios) {
      ClimateMonths& span = spans.try_emplace(one.name, ClimateMonths{one.begin, one.end}).first->second;
      span = {std::min(span.begin, one.begin), std::max(span.end, one.end)};
    }
  }
  return spans;
}

void write(ClimateInputs& inputs, const ClimateLayouts& layouts, ClimateSplitsWriter& writer,
           const std::function<void(double)>& progress) {
  for (const auto& [scenario, months] : spans_of(layouts)) write_forcings(inputs, scenario, months, writer);
  std::int64_t done = 0, all = 0;
  for (const ClimateLayout& layout : layouts) {
    for (const ClimateRun& run : layout.runs) all += run.months();
  }
  for (const ClimateLayout& layout : layouts) {
    for (const ClimateRun& run : layout.runs) {
      const std::string& scenario = layout.scenarios[static_cast<std::size_t>(run.scenario)].name;
      write_targets(inputs, {scenario, run.member}, {run.begin, run.end}, writer);
      progress(static_cast<double>(done += run.months()) / static_cast<double>(all));
    }
  }
}

}  // namespace

ClimateNotes prepare_climate(const std::filesystem::path& manifest, const std::filesystem::path& folder,
                             const std::function<void(double)>& progress) {
  check_writable(folder);
  ClimateInputs inputs(manifest);
  const ClimateLayouts layouts = plan_climate(inputs);
  ClimateSplitsWriter writer(folder, layouts);
  write(inputs, layouts, writer, progress);
  writer.finish(fmt::format("stormsweep prepare emulator {}: {}", manifest.string(), inputs.manifest().text));
  return inputs.notes();
}

}  // namespace stormsweep
