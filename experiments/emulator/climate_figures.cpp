#include "experiments/emulator/climate_figures.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

#include "datasets/drawing/axis_scale.hpp"

namespace stormsweep {

namespace {

constexpr double freezing = 273.15;   // K
constexpr std::int64_t period = 240;  // 20 years of months

struct Season {
  const char* name;
  std::vector<int> months;
};
const std::array<Season, 3> seasons{{{"year", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
                                     {"December to February", {12, 1, 2}},
                                     {"June to August", {6, 7, 8}}}};

/// The mean of the season's known months in [first, last); NaN where there are none.
torch::Tensor mean_of(const MonthlyMaps& maps, const Season& season, std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> places;
  for (std::int64_t m = first; m < last; ++m)
    if (std::ranges::count(season.months, month_of_year(static_cast<ClimateMonth>(maps.begin + m))) > 0)
      places.push_back(m);
  return maps.maps.index_select(0, torch::tensor(places, torch::kInt64)).nanmean(0);
}

/// A round number beyond which few cells lie.
float round_limit(const std::vector<torch::Tensor>& panels) {
  const auto sizes = torch::stack(panels).abs().flatten().nan_to_num(0);
  const double size = std::max(1e-6, torch::quantile(sizes.to(torch::kFloat64), 0.98).item<double>());
  return static_cast<float>(round_step(size));
}

std::string words_of(const MonthlyMaps& maps, std::int64_t first, std::int64_t last) {
  const auto name_of = [&](std::int64_t month) {
    return words_of_month(static_cast<ClimateMonth>(maps.begin + month));
  };
  return fmt::format("{} to {}", name_of(first), name_of(last - 1));
}

Figure figure_of(const std::vector<torch::Tensor>& panels, const MonthlyMaps& maps, std::string title,
                 ColourScale scale, const std::string& months) {
  Figure figure{.title = std::move(title),
                .columns = {},
                .rows = {{"", {}}},
                .scale = std::move(scale),
                .note = fmt::format("{}; from {:.4g} to {:.4g} degrees east", months, maps.longitudes.front(),
                                    maps.longitudes.back()),
                .aspect = 2};
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const torch::Tensor north_up = panels[i].flip(0).contiguous();
    const std::span values(north_up.data_ptr<float>(), static_cast<std::size_t>(north_up.numel()));
    figure.columns.emplace_back(seasons[i].name);
    Figure::Panel panel{coloured(values, north_up.size(0), north_up.size(1), figure.scale), {}};
    figure.rows[0].panels.emplace_back(std::move(panel));
  }
  return figure;
}

/// A scale around 0: red where it is warmer, or drier.
Figure difference_figure(const std::vector<torch::Tensor>& panels, const MonthlyMaps& maps, std::string title,
                         const std::string& months) {
  const RedEnd red = maps.name == "tas" ? RedEnd::upper : RedEnd::lower;
  return figure_of(panels, maps, std::move(title), diverging_scale(maps.unit, round_limit(panels), red), months);
}

}  // namespace

Figure mean_figure(const MonthlyMaps& maps, const std::string& title) {
  const bool celsius = maps.unit == "K";
  std::vector<torch::Tensor> panels;
  for (const Season& season : seasons)
    panels.push_back(mean_of(maps, season, 0, maps.maps.size(0)) - (celsius ? freezing : 0));
  return figure_of(panels, maps, title,
                   celsius ? diverging_scale("degrees Celsius", 40, RedEnd::upper) : daily_rain_scale(),
                   words_of(maps, 0, maps.maps.size(0)));
}

Figure change_figure(const MonthlyMaps& maps, const std::string& title) {
  // Whole years, so that both means have the same months; where there are less than two years, halves of what there is.
  const std::int64_t months = maps.maps.size(0), half = months / 2;
  const std::int64_t length = std::min(period, half < 12 ? half : half / 12 * 12);
  std::vector<torch::Tensor> panels;
  for (const Season& season : seasons)
    panels.push_back(mean_of(maps, season, months - length, months) - mean_of(maps, season, 0, length));
  return difference_figure(
      panels, maps, title,
      fmt::format("{} less {}", words_of(maps, months - length, months), words_of(maps, 0, length)));
}

Figure error_figure(const MonthlyMaps& maps, const std::string& title) {
  std::vector<torch::Tensor> panels;
  for (const Season& season : seasons) panels.push_back(mean_of(maps, season, 0, maps.maps.size(0)));
  return difference_figure(panels, maps, title, words_of(maps, 0, maps.maps.size(0)));
}

}  // namespace stormsweep
