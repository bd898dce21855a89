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

/// The mean of those of months [first, last) that a season has and that are known; NaN where there are none.
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

Figure figure_of(const std::vector<torch::Tensor>& panels, std::string title, ColourScale scale) {
  Figure figure{.title = std::move(title), .columns = {}, .rows = {{"", {}}}, .scale = std::move(scale), .note = ""};
  for (std::size_t i = 0; i < panels.size(); ++i) {
    // Cells that are twice as wide as high, or more, in degrees are repeated.
    const std::int64_t wide = std::max<std::int64_t>(1, 2 * panels[i].size(0) / panels[i].size(1));
    const torch::Tensor north_up = panels[i].flip(0).repeat_interleave(wide, 1).contiguous();
    const std::span values(north_up.data_ptr<float>(), static_cast<std::size_t>(north_up.numel()));
    figure.columns.emplace_back(seasons[i].name);
    Figure::Panel panel{coloured(values, north_up.size(0), north_up.size(1), figure.scale), {}};
    figure.rows[0].panels.emplace_back(std::move(panel));
  }
  return figure;
}

/// Around 0: red where it is warmer, or drier.
Figure difference_figure(const std::vector<torch::Tensor>& panels, const MonthlyMaps& maps, std::string title) {
  const RedEnd red = maps.name == "tas" ? RedEnd::upper : RedEnd::lower;
  return figure_of(panels, std::move(title), diverging_scale(maps.unit, round_limit(panels), red));
}

}  // namespace

Figure mean_figure(const MonthlyMaps& maps, const std::string& title) {
  const bool celsius = maps.unit == "K";
  std::vector<torch::Tensor> panels;
  for (const Season& season : seasons)
    panels.push_back(mean_of(maps, season, 0, maps.maps.size(0)) - (celsius ? freezing : 0));
  return figure_of(panels, title, celsius ? diverging_scale("degrees Celsius", 40, RedEnd::upper) : daily_rain_scale());
}

Figure change_figure(const MonthlyMaps& maps, const std::string& title) {
  // Whole years, of which both have the same months; where there are not two, what there is.
  const std::int64_t months = maps.maps.size(0), half = months / 2;
  const std::int64_t length = std::min(period, half < 12 ? half : half / 12 * 12);
  std::vector<torch::Tensor> panels;
  for (const Season& season : seasons)
    panels.push_back(mean_of(maps, season, months - length, months) - mean_of(maps, season, 0, length));
  Figure figure = difference_figure(panels, maps, title);
  const auto name_of = [&](std::int64_t month) {
    return words_of_month(static_cast<ClimateMonth>(maps.begin + month));
  };
  figure.note = fmt::format("{} to {} less {} to {}", name_of(months - length), name_of(months - 1), name_of(0),
                            name_of(length - 1));
  return figure;
}

Figure error_figure(const MonthlyMaps& maps, const std::string& title) {
  std::vector<torch::Tensor> panels;
  for (const Season& season : seasons) panels.push_back(mean_of(maps, season, 0, maps.maps.size(0)));
  return difference_figure(panels, maps, title);
}

}  // namespace stormsweep
