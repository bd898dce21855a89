#include "experiments/emulator/emulator_months.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <map>
#include <utility>

namespace stormsweep {

EmulatorMonths::EmulatorMonths(const ClimateLayout& layout, std::int64_t window)
    : windows(climate_windows(layout, window)) {
  std::map<std::pair<std::int64_t, ClimateMonth>, std::int64_t> places;
  for (const ClimateWindow& one : windows) {
    const auto [found, is_new] = places.try_emplace({one.scenario, one.month}, std::ssize(asked));
    if (is_new) asked.push_back(one);
    place.push_back(found->second);
  }
}

torch::Tensor emulate(EmulatorNetwork& network, const PatternStart* start, const ClimateSet& set,
                      std::span<const ClimateWindow> windows, SeasonalEncoding season, const torch::Device& device,
                      Gang& gang, const std::function<void(std::int64_t, std::int64_t)>& begin) {
  const torch::NoGradGuard no_gradient;
  const EmulatorOptions& sizes = network.options();
  // What other ranks make is 0 here: sums are exact.
  torch::Tensor maps = torch::zeros({std::ssize(windows), sizes.targets, sizes.height, sizes.width});
  const std::int64_t blocks = (std::ssize(windows) + windows_at_once - 1) / windows_at_once;
  const auto [first_block, last_block] = gang.share(blocks);
  for (std::int64_t block = first_block; block < last_block; ++block) {
    const std::int64_t first = block * windows_at_once, last = std::min(first + windows_at_once, std::ssize(windows));
    begin(first - first_block * windows_at_once,
          std::min(last_block * windows_at_once, std::ssize(windows)) - first_block * windows_at_once);
    const auto some = windows.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
    const SharedMonths shared = gather_months(set, some, sizes.window, season);
    auto made = maps.slice(0, first, last);
    made.copy_(network.forward(shared.months.to(device), shared.places.to(device)));
    if (start) made.add_(start->maps(set, some, sizes.window));
  }
  if (gang.shards() > 1) gang.sum(maps);
  return maps;
}

torch::Tensor targets_of(const ClimateSet& set, std::span<const ClimateWindow> windows,
                         const std::vector<std::int64_t>& targets) {
  const ClimateGrid& grid = set.layout().grid;
  torch::Tensor maps = torch::empty({std::ssize(windows), std::ssize(targets), grid.height(), grid.width()});
  float* out = maps.data_ptr<float>();
  for (const ClimateWindow& window : windows)
    for (const std::int64_t target : targets) {
      const ChannelStatistics& how = set.layout().targets[static_cast<std::size_t>(target)].statistics;
      for (const float value : set.target(static_cast<std::size_t>(target), window.frame))
        *out++ = (value - how.mean) / how.deviation;
    }
  return maps;
}

}  // namespace stormsweep
