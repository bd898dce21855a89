#pragma once

#include <torch/types.h>

#include <cstdint>

namespace stormsweep {

/// Verification of yes/no forecasts given as probabilities (Wilks, Statistical Methods in the Atmospheric Sciences,
/// chapter 8). What the sample leaves undefined (POD without positives, AUC of one class ...) is NaN, and so is
/// everything where a logit is NaN.
struct BinaryMetrics {
  std::int64_t hits = 0, misses = 0, false_alarms = 0, correct_negatives = 0;  ///< at probability 0.5
  double accuracy = 0;
  double pod = 0;          ///< probability of detection, hits / (hits + misses)
  double far = 0;          ///< false alarm ratio, false alarms / (hits + false alarms)
  double csi = 0;          ///< critical success index, hits / (hits + misses + false alarms)
  double auc = 0;          ///< area under the ROC curve; ties count one half
  double brier = 0;        ///< mean squared difference of probability and outcome
  double brier_skill = 0;  ///< 1 - brier / brier of always forecasting the sample's base rate
  double loss = 0;         ///< mean binary cross-entropy
};

/// `logits` and `targets` (0 or 1) are [n] float32, on any device. O(n log n).
BinaryMetrics binary_metrics(const torch::Tensor& logits, const torch::Tensor& targets);

}  // namespace stormsweep
