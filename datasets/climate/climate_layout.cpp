#include "datasets/climate/climate_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/base/sphere.hpp"

namespace stormsweep {

std::string words_of_month(ClimateMonth month) {
  return fmt::format("{:04}-{:02}", year_of(month), month_of_year(month));
}

std::string words_of(const ClimateMonths& months) {
  return words_of_month(months.begin) + " to " + words_of_month(months.end - 1);
}

double ClimateGrid::mean(std::span<const float> map) const {
  double sum = 0, weights = 0;
  for (std::size_t y = 0; y < latitudes.size(); ++y) {
    const double weight = std::cos(latitudes[y] * degree);
    for (std::size_t x = 0; x < longitudes.size(); ++x) sum += weight * map[y * longitudes.size() + x];
    weights += weight * static_cast<double>(longitudes.size());
  }
  return sum / weights;
}

bool same_cells(const ClimateGrid& a, const ClimateGrid& b) {
  const auto near = [](double x, double y) { return std::abs(x - y) < same_degree; };
  return std::ranges::equal(a.latitudes, b.latitudes, near) && std::ranges::equal(a.longitudes, b.longitudes, near);
}

ClimateGrid even_grid(std::int64_t height, std::int64_t width) {
  ClimateGrid grid;
  for (std::int64_t y = 0; y < height; ++y)
    grid.latitudes.push_back(-90 + 180 * (static_cast<double>(y) + 0.5) / static_cast<double>(height));
  for (std::int64_t x = 0; x < width; ++x)
    grid.longitudes.push_back(360 * (static_cast<double>(x) + 0.5) / static_cast<double>(width));
  return grid;
}

std::vector<double> row_borders(const std::vector<double>& latitudes) {
  std::vector<double> borders{-90};
  for (std::size_t i = 1; i < latitudes.size(); ++i) borders.push_back((latitudes[i - 1] + latitudes[i]) / 2);
  borders.push_back(90);
  return borders;
}

std::int64_t ClimateLayout::forcing_frames() const {
  return scenarios.empty() ? 0 : scenarios.back().frame + scenarios.back().months();
}
std::int64_t ClimateLayout::target_frames() const {
  return runs.empty() ? 0 : runs.back().frame + runs.back().months();
}

void ClimateLayout::count_frames() {
  std::int64_t frame = 0;
  for (ClimateScenario& scenario : scenarios) scenario.frame = frame, frame += scenario.months();
  frame = 0;
  for (ClimateRun& run : runs) run.frame = frame, frame += run.months();
}

std::vector<ClimateWindow> climate_windows(const ClimateLayout& layout, std::int64_t length) {
  std::vector<ClimateWindow> windows;
  for (std::int64_t r = 0; r < std::ssize(layout.runs); ++r) {
    const ClimateRun& run = layout.runs[static_cast<std::size_t>(r)];
    const ClimateScenario& scenario = layout.scenarios[static_cast<std::size_t>(run.scenario)];
    const std::int64_t first = std::max<std::int64_t>(run.begin, scenario.begin + length);
    const std::int64_t end = std::min<std::int64_t>(run.end, scenario.end + 1);
    for (std::int64_t month = first; month < end; ++month)
      windows.push_back({run.scenario, static_cast<ClimateMonth>(month), run.frame + month - run.begin, r});
  }
  return windows;
}

std::vector<ClimateWindow> forecast_windows(const ClimateLayout& layout, std::int64_t scenario, std::int64_t length) {
  std::vector<ClimateWindow> windows;
  const ClimateScenario& known = layout.scenarios[static_cast<std::size_t>(scenario)];
  for (std::int64_t month = known.begin + length; month <= known.end; ++month)
    windows.push_back({scenario, static_cast<ClimateMonth>(month), -1, -1});
  return windows;
}

}  // namespace stormsweep
