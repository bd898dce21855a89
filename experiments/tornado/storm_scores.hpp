#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/drawing/drawing.hpp"
#include "datasets/storms/storm_labels.hpp"
#include "experiments/tornado/storm_forecast.hpp"

namespace stormsweep {

/// How good forecasts of storms were, of which it is known what came.
class StormScores {
 public:
  void add(const StormForecast& forecast);

  std::int64_t storms() const { return std::ssize(logits_); }
  /// Prints the scores of the probabilities, and those of warnings at each of `thresholds`, probabilities between 0 and
  /// 1.
  void print(LabelRule label, const std::vector<float>& thresholds) const;
  /// The share of storms that were positive, by the probability that was forecast.
  Drawing reliability() const;

 private:
  std::vector<float> logits_, targets_;
};

}  // namespace stormsweep
