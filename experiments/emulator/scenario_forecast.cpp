#include "experiments/emulator/scenario_forecast.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "experiments/emulator/pattern_scaling.hpp"
#include "models/emulator_scores.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr Colour vermilion{213, 94, 0}, blue{0, 114, 178}, grey{150, 150, 150}, black{40, 40, 40};

}  // namespace

ScenarioForecast::ScenarioForecast(EmulatorModel& model, const ClimateSet& set, std::int64_t scenario,
                                   const std::function<void(std::int64_t, std::int64_t)>& progress)
    : set_(set),
      notes_(model.notes()),
      scenario_(scenario),
      length_(model.window()),
      windows_(forecast_windows(set.layout(), scenario, length_)) {
  if (windows_.empty())
    throw InputError(fmt::format("{}: has {} months of {}, and the model needs {}; prepare more", set.path().string(),
                                 set.layout().scenarios[static_cast<std::size_t>(scenario)].months(), this->scenario(),
                                 length_));
  maps_ = model.forecast(set, windows_, progress);
}

MonthlyMaps ScenarioForecast::maps(std::size_t target) const {
  return {notes_.targets[target].name, notes_.targets[target].unit, windows_[0].month,
          maps_.select(1, static_cast<std::int64_t>(target)).contiguous(), set_.layout().grid.longitudes};
}

std::vector<ScenarioForecast::Truth> ScenarioForecast::truth(std::size_t target) const {
  std::vector<Truth> all;
  const ClimateLayout& layout = set_.layout();
  const auto field = std::ranges::find(layout.targets, notes_.targets[target].name, &ClimateField::name);
  if (field == layout.targets.end() || field->unit != notes_.targets[target].unit) return all;
  for (const ClimateRun& run : layout.runs) {
    if (run.scenario != scenario_) continue;
    Truth truth{run.member, {}, {}};
    std::vector<torch::Tensor> maps;
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      const ClimateMonth month = windows_[i].month;
      if (month < run.begin || month >= run.end) continue;
      truth.places.push_back(static_cast<std::int64_t>(i));
      const auto values =
          set_.target(static_cast<std::size_t>(field - layout.targets.begin()), run.frame + month - run.begin);
      maps.push_back(
          torch::tensor(torch::ArrayRef<float>(values.data(), values.size())).view({notes_.height, notes_.width}));
    }
    if (!maps.empty()) truth.maps = torch::stack(maps), all.push_back(std::move(truth));
  }
  return all;
}

double ScenarioForecast::over_the_earth(const torch::Tensor& map) const {
  const torch::Tensor values = map.to(torch::kFloat32).contiguous();
  return set_.layout().grid.mean({values.data_ptr<float>(), static_cast<std::size_t>(values.numel())});
}

/// Means of the years, from that of the first forecast month on; NaN for a year that lacks a month.
std::vector<double> ScenarioForecast::by_year(const std::vector<double>& months) const {
  const int first = year_of(windows_.front().month);
  std::vector<double> sums(static_cast<std::size_t>(year_of(windows_.back().month) - first + 1)), counts(sums.size());
  for (std::size_t i = 0; i < months.size(); ++i) {
    const auto year = static_cast<std::size_t>(year_of(windows_[i].month) - first);
    if (std::isfinite(months[i])) sums[year] += months[i], ++counts[year];
  }
  for (std::size_t y = 0; y < sums.size(); ++y) sums[y] = counts[y] == 12 ? sums[y] / 12 : NAN;
  return sums;
}

ClimateCurve ScenarioForecast::curve(std::size_t target) const {
  const ClimateField& field = notes_.targets[target];
  ClimateCurve curve{fmt::format("{} of the Earth, annual mean, {}", field.name, scenario()),
                     field.unit,
                     year_of(windows_[0].month),
                     {}};
  std::vector<double> network, pattern, climatology;
  const torch::Tensor own = maps(target).maps;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const auto month = static_cast<std::size_t>(month_of_year(windows_[i].month) - 1);
    network.push_back(over_the_earth(own[static_cast<std::int64_t>(i)]));
    climatology.push_back(notes_.lines[target].climatology[month]);
    pattern.push_back(notes_.lines[target].offset[month] +
                      notes_.lines[target].slope[month] * window_forcing(set_, windows_[i], length_));
  }
  curve.lines = {{"climatology", grey, by_year(climatology), 2}, {"pattern scaling", blue, by_year(pattern), 6}};
  for (const Truth& truth : this->truth(target)) {
    std::vector<double> months(windows_.size(), NAN);
    for (std::size_t i = 0; i < truth.places.size(); ++i)
      months[static_cast<std::size_t>(truth.places[i])] = over_the_earth(truth.maps[static_cast<std::int64_t>(i)]);
    curve.lines.push_back({"truth, " + truth.member, black, by_year(months)});
  }
  curve.lines.push_back({"network", vermilion, by_year(network), 20});
  return curve;
}

ScenarioForecast::Judgement ScenarioForecast::judge(std::size_t target) const {
  Judgement result;
  MonthlyMaps error = maps(target);
  const torch::Tensor maps = error.maps;
  const auto sums = torch::zeros_like(maps), counts = torch::zeros({maps.size(0), 1, 1});
  for (const Truth& truth : this->truth(target)) {
    EmulatorScores scores(set_.layout().grid.latitudes);
    const auto places = torch::tensor(truth.places);
    std::vector<int> months;
    for (const std::int64_t place : truth.places)
      months.push_back(month_of_year(static_cast<ClimateMonth>(error.begin + place)));
    const auto own = maps.index_select(0, places);
    scores.add(own.to(torch::kFloat64), truth.maps.to(torch::kFloat64), months);
    scores.end_run();
    result.scores.push_back({truth.member, scores.monthly_rmse(), scores.time_mean_rmse(), scores.time_stddev_mae()});
    sums.index_add_(0, places, own - truth.maps);
    counts.index_add_(0, places, torch::ones({std::ssize(truth.places), 1, 1}));
  }
  if (result.scores.empty()) return result;
  error.maps = sums / counts;
  result.error = std::move(error);
  return result;
}

}  // namespace stormsweep
