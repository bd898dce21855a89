#include "experiments/emulator/pattern_scaling.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace stormsweep {

namespace {

/// [targets, height, width] float64.
torch::Tensor maps_of(const ClimateSet& set, const ClimateWindow& window, const std::vector<std::int64_t>& targets) {
  std::vector<torch::Tensor> maps;
  const ClimateGrid& grid = set.layout().grid;
  for (const std::int64_t target : targets) {
    const std::span<const float> values = set.target(static_cast<std::size_t>(target), window.frame);
    maps.push_back(
        torch::tensor(torch::ArrayRef<float>(values.data(), values.size())).view({grid.height(), grid.width()}));
  }
  return torch::stack(maps).to(torch::kFloat64);
}

/// Sums over the windows of one month of the year.
struct Sums {
  double count = 0, x = 0, xx = 0;
  torch::Tensor y, xy;
};

}  // namespace

double window_forcing(const ClimateSet& set, const ClimateWindow& window, std::int64_t length) {
  const ClimateLayout& layout = set.layout();
  const auto found = std::ranges::find(layout.forcings, "CO2", &ClimateField::name);
  const std::size_t channel =
      found == layout.forcings.end() ? 0 : static_cast<std::size_t>(found - layout.forcings.begin());
  const bool concentration = layout.forcings[channel].unit == "ppm";
  const ClimateScenario& scenario = layout.scenarios[static_cast<std::size_t>(window.scenario)];
  double sum = 0;
  for (std::int64_t month = window.month - length; month < window.month; ++month) {
    const std::span<const float> map = set.forcing(channel, scenario.frame + month - scenario.begin);
    const double value = map.size() == 1 ? map[0] : layout.grid.mean(map);
    sum += concentration ? std::log(value) : value;
  }
  return sum / static_cast<double>(length);
}

PatternScaling::PatternScaling(const ClimateSet& train, std::span<const ClimateWindow> windows, std::int64_t length,
                               const std::vector<std::int64_t>& targets)
    : forcings_(12) {
  const ClimateGrid& grid = train.layout().grid;
  const auto empty = torch::zeros({std::ssize(targets), grid.height(), grid.width()}, torch::kFloat64);
  std::vector<Sums> sums(12);
  for (Sums& month : sums) month.y = empty.clone(), month.xy = empty.clone();
  const double origin = windows.empty() ? 0 : window_forcing(train, windows[0], length);  // against cancellation
  for (const ClimateWindow& window : windows) {
    Sums& month = sums[static_cast<std::size_t>(month_of_year(window.month) - 1)];
    const double x = window_forcing(train, window, length) - origin;
    const auto y = maps_of(train, window, targets);
    ++month.count, month.x += x, month.xx += x * x;
    month.y += y, month.xy += x * y;
  }
  std::vector<torch::Tensor> means, slopes;
  for (std::size_t m = 0; m < 12; ++m) {
    const Sums& month = sums[m];
    means.push_back(month.y / month.count);
    const double mean = month.x / month.count, variance = month.xx / month.count - mean * mean;
    forcings_[m] = origin + mean;
    // Rounding leaves even a constant forcing some variance.
    slopes.push_back(variance > 1e-12 * month.xx / month.count ? (month.xy / month.count - mean * means[m]) / variance
                                                               : torch::zeros_like(empty));
  }
  means_ = torch::stack(means), slopes_ = torch::stack(slopes);
}

torch::Tensor PatternScaling::pattern(int month_of_year, double forcing) const {
  const std::int64_t month = month_of_year - 1;
  return means_[month] + slopes_[month] * (forcing - forcings_[static_cast<std::size_t>(month)]);
}

PatternScaling::Line PatternScaling::line(std::size_t t, const ClimateGrid& grid) const {
  Line line;
  const auto mean_of = [&](const torch::Tensor& maps) {
    const torch::Tensor map = maps[static_cast<std::int64_t>(t)].to(torch::kFloat32).contiguous();
    return grid.mean({map.data_ptr<float>(), static_cast<std::size_t>(map.numel())});
  };
  for (std::size_t m = 0; m < 12; ++m) {
    const auto month = static_cast<std::int64_t>(m);
    line.slope[m] = mean_of(slopes_[month]);
    line.climatology[m] = mean_of(means_[month]);
    line.offset[m] = line.climatology[m] - line.slope[m] * forcings_[m];
  }
  return line;
}

}  // namespace stormsweep
