#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/climate/climate_set.hpp"
#include "experiments/emulator/climate_curve.hpp"
#include "experiments/emulator/climate_figures.hpp"
#include "experiments/emulator/emulator_forecast.hpp"

namespace stormsweep {

/// What a network makes of a scenario, beside the runs of it that the file of its forcings has: one target at a time,
/// K or mm/day.
class ScenarioForecast {
 public:
  /// A run of the scenario, as far as it was forecast.
  struct Truth {
    std::string member;
    std::vector<std::int64_t> places;  ///< of its months, among the forecast's
    torch::Tensor maps;                ///< [months, height, width] float32
  };
  /// How far the forecast is from a run: see EmulatorScores.
  struct Score {
    std::string member;
    double monthly_rmse, time_mean_rmse, time_stddev_mae;
  };
  struct Judgement {
    std::vector<Score> scores;         ///< run by run
    std::optional<MonthlyMaps> error;  ///< forecast less truth, the mean over the runs; NaN in months that no run has
  };

  /// Forecasts all months of scenario number `scenario` that its forcings allow; throws InputError where that is none.
  /// Refers to `model`, which has checked `set`, and to `set`. `progress` as EmulatorModel::forecast has it.
  ScenarioForecast(EmulatorModel& model, const ClimateSet& set, std::int64_t scenario,
                   const std::function<void(std::int64_t, std::int64_t)>& progress);

  const std::string& scenario() const { return set_.layout().scenarios[static_cast<std::size_t>(scenario_)].name; }
  std::size_t targets() const { return notes_.targets.size(); }

  MonthlyMaps maps(std::size_t target) const;
  /// Empty where the file has no runs of the scenario, or not this target in its unit.
  std::vector<Truth> truth(std::size_t target) const;
  Judgement judge(std::size_t target) const;
  /// The Earth's mean, year by year, of network, truth, pattern scaling and climatology; none of a year that lacks a
  /// month.
  ClimateCurve curve(std::size_t target) const;

 private:
  double over_the_earth(const torch::Tensor& map) const;
  std::vector<double> by_year(const std::vector<double>& months) const;

  const ClimateSet& set_;
  const EmulatorNotes& notes_;
  std::int64_t scenario_;
  std::int64_t length_;                 ///< months of a window
  std::vector<ClimateWindow> windows_;  ///< one for each month of the forecast
  torch::Tensor maps_;                  ///< [months, targets, height, width]
};

}  // namespace stormsweep
