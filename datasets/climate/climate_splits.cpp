#include "datasets/climate/climate_splits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "datasets/files/splits.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// The months that [first, first + n) and [begin, end) share: the first of them, and their values.
struct Overlap {
  ClimateMonth first = 0;
  std::int64_t months = 0;
  std::span<const float> values;
};

Overlap overlap(ClimateMonth first, std::span<const float> values, std::int64_t cells, ClimateMonth begin,
                ClimateMonth end) {
  const auto months = static_cast<ClimateMonth>(std::ssize(values) / cells);
  const ClimateMonth from = std::max(first, begin), to = std::min<ClimateMonth>(first + months, end);
  if (from >= to) return {};
  return {
      from, to - from,
      values.subspan(static_cast<std::size_t>((from - first) * cells), static_cast<std::size_t>((to - from) * cells))};
}

ChannelStatistics statistics_of(const FieldSums& sums) {
  return {static_cast<float>(sums.mean()), static_cast<float>(sums.deviation())};
}

}  // namespace

ClimateSplitsWriter::ClimateSplitsWriter(const std::filesystem::path& folder, const ClimateLayouts& layouts)
    : folder_(folder), forcing_sums_(layouts[0].forcings.size()), target_sums_(layouts[0].targets.size()) {
  make_writable(folder);
  for (std::size_t s = 0; s < layouts.size(); ++s) {
    if (layouts[s].scenarios.empty()) continue;
    ClimateLayout layout = layouts[s];
    layout.count_frames();
    ClimateWriter writer(folder / fmt::format("{}.h5", climate_file_names[s]), layout);
    splits_[s].emplace(Split{std::move(layout), std::move(writer), std::vector<std::int64_t>(forcing_sums_.size()),
                             std::vector<std::int64_t>(target_sums_.size())});
  }
}

void ClimateSplitsWriter::write_forcing(const std::string& name, std::size_t channel, ClimateMonth first,
                                        std::span<const float> values) {
  for (auto& split : splits_) {
    if (!split) continue;
    const ClimateLayout& layout = split->layout;
    const std::int64_t cells = layout.forcings[channel].global ? 1 : layout.grid.cells();
    for (const ClimateScenario& scenario : layout.scenarios) {
      if (scenario.name != name) continue;
      const Overlap part = overlap(first, values, cells, scenario.begin, scenario.end);
      if (part.months == 0) continue;
      split->writer.write_forcing(channel, scenario.frame + part.first - scenario.begin, part.values);
      split->forcing_months[channel] += part.months;
      if (&split == &splits_[0]) forcing_sums_[channel].add(part.values);
    }
  }
}

void ClimateSplitsWriter::write_target(const std::string& scenario, const std::string& member, std::size_t channel,
                                       ClimateMonth first, std::span<const float> values) {
  for (auto& split : splits_) {
    if (!split) continue;
    const ClimateLayout& layout = split->layout;
    for (const ClimateRun& run : layout.runs) {
      if (run.member != member || layout.scenarios[static_cast<std::size_t>(run.scenario)].name != scenario) continue;
      const Overlap part = overlap(first, values, layout.grid.cells(), run.begin, run.end);
      if (part.months == 0) continue;
      split->writer.write_target(channel, run.frame + part.first - run.begin, part.values);
      split->target_months[channel] += part.months;
      if (&split == &splits_[0]) target_sums_[channel].add(part.values);
    }
  }
}

void ClimateSplitsWriter::check_complete(const Split& split) const {
  const auto all = [](const std::vector<std::int64_t>& written, std::int64_t months) {
    return std::ranges::all_of(written, [&](std::int64_t one) { return one == months; });
  };
  if (!all(split.forcing_months, split.layout.forcing_frames()) ||
      !all(split.target_months, split.layout.target_frames()))
    throw std::logic_error(folder_.string() + ": months of a climate split were not written, or twice");
}

void ClimateSplitsWriter::finish(const std::string& provenance) {
  std::vector<ChannelStatistics> forcings, targets;
  for (const FieldSums& sums : forcing_sums_) {
    forcings.push_back(statistics_of(sums));
    if (!(forcings.back().deviation > 0)) forcings.back().deviation = 1;
  }
  for (const FieldSums& sums : target_sums_) {
    targets.push_back(statistics_of(sums));
    if (!(targets.back().deviation > 0)) {
      throw InputError(fmt::format("{}: {} is {:g} in every cell and month of training; give files in which it varies",
                                   folder_.string(), splits_[0]->layout.targets[targets.size() - 1].name,
                                   targets.back().mean));
    }
  }
  for (auto& split : splits_) {
    if (!split) continue;
    check_complete(*split);
    split->writer.seal(forcings, targets, provenance);
  }
  remove_earlier_set(folder_, climate_file_names);
  for (auto& split : splits_) {
    if (split) split->writer.publish();
  }
}

}  // namespace stormsweep
