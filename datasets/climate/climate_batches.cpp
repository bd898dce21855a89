#include "datasets/climate/climate_batches.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include "datasets/batch_memory.hpp"
#include "datasets/files/mapped_file.hpp"
#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

/// Fills in the months of a set, [height, width, channels] each.
class FrameMaker {
 public:
  FrameMaker(const ClimateSet& set, SeasonalEncoding season)
      : set_(set), layout_(set.layout()), season_(season), channels_(input_channels(layout_, season)) {
    for (const double latitude : layout_.grid.latitudes)
      polar_.push_back((latitude < 0 ? -1 : latitude > 0 ? 1 : 0) * std::cos(latitude * degree));
  }

  std::int64_t size() const { return channels_ * layout_.grid.cells(); }

  void make(const ClimateScenario& scenario, std::int64_t month, float* out) const {
    for (std::size_t c = 0; c < layout_.forcings.size(); ++c)
      place(c, set_.forcing(c, scenario.frame + month - scenario.begin), out + c);
    if (season_ == SeasonalEncoding::added)
      place_season(static_cast<ClimateMonth>(month), out + layout_.forcings.size());
  }

 private:
  /// `out`: the channel's place in the first cell.
  void place(std::size_t channel, std::span<const float> values, float* out) const {
    const ChannelStatistics& how = layout_.forcings[channel].statistics;
    const std::int64_t cells = layout_.grid.cells();
    if (values.size() == 1) {
      const float value = (values[0] - how.mean) / how.deviation;
      for (std::int64_t i = 0; i < cells; ++i) out[i * channels_] = value;
      return;
    }
    const float factor = 1 / how.deviation;
    for (std::int64_t i = 0; i < cells; ++i)
      out[i * channels_] = (values[static_cast<std::size_t>(i)] - how.mean) * factor;
  }

  void place_season(ClimateMonth month, float* out) const {
    const double phase = std::cos(2 * std::numbers::pi * (month_of_year(month) - 1) / 12);
    for (const double polar : polar_) {
      const auto value = static_cast<float>(polar * phase);
      for (std::int64_t x = 0; x < layout_.grid.width(); ++x, out += channels_) *out = value;
    }
  }

  const ClimateSet& set_;
  const ClimateLayout& layout_;
  SeasonalEncoding season_;
  std::int64_t channels_;
  std::vector<double> polar_;  ///< sign(latitude) cos(latitude)
};

/// Asks the system to read all maps of windows of `length` months at once.
void expect_maps(const ClimateSet& set, std::span<const ClimateWindow> windows, std::int64_t length) {
  const ClimateLayout& layout = set.layout();
  std::vector<std::span<const std::byte>> maps;
  for (const ClimateWindow& window : windows) {
    const ClimateScenario& scenario = layout.scenarios[static_cast<std::size_t>(window.scenario)];
    for (std::size_t c = 0; c < layout.forcings.size(); ++c)
      for (std::int64_t month = window.month - length; month < window.month && !layout.forcings[c].global; ++month)
        maps.push_back(std::as_bytes(set.forcing(c, scenario.frame + month - scenario.begin)));
    for (std::size_t c = 0; c < layout.targets.size() && window.frame >= 0; ++c)
      maps.push_back(std::as_bytes(set.target(c, window.frame)));
  }
  set.file().will_need(maps);
}

torch::Tensor gather_targets(const ClimateSet& set, std::span<const ClimateWindow> windows) {
  const ClimateLayout& layout = set.layout();
  if (std::ranges::any_of(windows, [](const ClimateWindow& window) { return window.frame < 0; })) return {};
  const auto channels = std::ssize(layout.targets);
  torch::Tensor targets = torch::empty({std::ssize(windows), channels, layout.grid.height(), layout.grid.width()});
  float* out = targets.data_ptr<float>();
  for (const ClimateWindow& window : windows) {
    for (std::size_t c = 0; c < layout.targets.size(); ++c) {
      const ChannelStatistics& how = layout.targets[c].statistics;
      for (const float value : set.target(c, window.frame)) *out++ = (value - how.mean) / how.deviation;
    }
  }
  return targets;
}

}  // namespace

std::int64_t input_channels(const ClimateLayout& layout, SeasonalEncoding season) {
  return std::ssize(layout.forcings) + (season == SeasonalEncoding::added ? 1 : 0);
}

Batch gather(const ClimateSet& set, std::span<const ClimateWindow> windows, std::int64_t length,
             SeasonalEncoding season) {
  const ClimateLayout& layout = set.layout();
  expect_maps(set, windows, length);
  const FrameMaker maker(set, season);
  const std::int64_t n = std::ssize(windows), channels = input_channels(layout, season);
  const torch::Tensor frames = empty_batch({n * length, channels, layout.grid.height(), layout.grid.width()});
  float* out = frames.data_ptr<float>();
  for (const ClimateWindow& window : windows) {
    const ClimateScenario& scenario = layout.scenarios[static_cast<std::size_t>(window.scenario)];
    for (std::int64_t month = window.month - length; month < window.month; ++month, out += maker.size())
      maker.make(scenario, month, out);
  }
  return {frames.view({n, length, channels, layout.grid.height(), layout.grid.width()}), gather_targets(set, windows)};
}

SharedMonths gather_months(const ClimateSet& set, std::span<const ClimateWindow> windows, std::int64_t length,
                           SeasonalEncoding season) {
  std::map<std::pair<std::int64_t, ClimateMonth>, std::int64_t> known;
  std::vector<ClimateWindow> seen;  // a window of one month shows the month before its own
  std::vector<std::int64_t> places;
  for (const ClimateWindow& window : windows) {
    for (auto month = static_cast<ClimateMonth>(window.month - length); month < window.month; ++month) {
      const auto [place, is_new] = known.try_emplace({window.scenario, month}, std::ssize(seen));
      if (is_new) seen.push_back({.scenario = window.scenario, .month = month + 1});
      places.push_back(place->second);
    }
  }
  return {gather(set, seen, 1, season).input.flatten(0, 1), torch::tensor(places).view({std::ssize(windows), length})};
}

}  // namespace stormsweep
