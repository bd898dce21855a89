#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "datasets/climate/climate_set.hpp"

namespace stormsweep {

/// What a network has to beat, made of the training data alone, in the units of the targets: climatology, the mean of
/// each month of the year in each cell; and pattern scaling (Santer et al. 1990), in each the least-squares line over
/// the forcing by CO2. All months of all runs count alike.
class PatternScaling {
 public:
  /// The Earth's means by month of the year: by climatology, and by pattern scaling, offset + slope * forcing.
  struct Line {
    std::array<double, 12> climatology{}, offset{}, slope{};
  };

  /// `targets`: places among those of the set. The lines are over what a network sees: `window_forcing`.
  PatternScaling(const ClimateSet& train, std::span<const ClimateWindow> windows, std::int64_t length,
                 const std::vector<std::int64_t>& targets);

  /// [targets, height, width] float64; NaN where training has no such month.
  torch::Tensor climatology(int month_of_year) const { return means_[month_of_year - 1]; }
  torch::Tensor pattern(int month_of_year, double forcing) const;
  /// The line of target t.
  Line line(std::size_t t, const ClimateGrid& grid) const;

 private:
  torch::Tensor means_, slopes_;  ///< [12, targets, height, width]
  std::vector<double> forcings_;  ///< [12], their means
};

/// The mean of CO2 (where there is none, of the first forcing) over the Earth and the months of a window; of its
/// logarithm where the unit is ppm, because the forcing of a concentration is in proportion to that (Myhre et al.
/// 1998).
double window_forcing(const ClimateSet& set, const ClimateWindow& window, std::int64_t length);

}  // namespace stormsweep
