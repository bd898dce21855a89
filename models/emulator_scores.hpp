#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace stormsweep {

/// How well maps of months agree with the truth, run by run (a member of a scenario, or a part of it), in the unit of
/// the maps. Pixels count by the cosine of their latitude (Jacob et al. 2025). NaN before anything was added.
class EmulatorScores {
 public:
  /// Degrees, one a row of the maps.
  explicit EmulatorScores(std::span<const double> latitudes);

  /// Months of a run, all or the next ones. `prediction` and `truth` [months, height, width] float64; `months_of_year`
  /// 1 ... 12.
  void add(const torch::Tensor& prediction, const torch::Tensor& truth, std::span<const int> months_of_year);
  /// The months added since the last run ended are one run.
  void end_run();

  /// Root of the mean squared error over months and pixels of all runs: of all months of the year, or of one.
  double monthly_rmse() const;
  double rmse_of_month(int month_of_year) const;
  /// The same over the rows whose latitude is at least `south` and less than `north`.
  double rmse_of_band(double south, double north) const;
  /// Root of the mean squared difference of the means over each run's months, of runs that have ended.
  double time_mean_rmse() const;
  /// Mean absolute difference of the standard deviations over each run's months, which divide by n, not n - 1.
  double time_stddev_mae() const;

 private:
  /// Of the months of a run so far, each pixel's mean and sum of squared deviations from it.
  struct Course {
    std::int64_t months = 0;
    torch::Tensor mean, squares;  ///< [height, width]; undefined before the first month
    void add(const torch::Tensor& maps);
    torch::Tensor deviation() const;
  };
  double rmse(const torch::Tensor& months, const torch::Tensor& rows) const;

  torch::Tensor latitudes_, weights_;  ///< [height]; the weights of all rows add up to 1
  torch::Tensor squares_;              ///< [12, height] float64, sums over months of the means along rows
  torch::Tensor months_;               ///< [12], counted
  Course prediction_, truth_;
  double mean_squares_ = 0, deviations_ = 0;
  std::int64_t runs_ = 0;
};

}  // namespace stormsweep
