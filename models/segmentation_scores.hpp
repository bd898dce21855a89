#pragma once

#include <cstdint>

#include <torch/types.h>

namespace stormsweep {

/// How well predicted classes agree with the truth, over any number of pixels: all scores come from one confusion
/// matrix.
struct SegmentationScores {
  torch::Tensor confusion = torch::zeros({3, 3}, torch::kFloat64);  ///< [truth, prediction] pixels

  /// Both of one shape, of any integer type, classes 0 ... 2.
  void add(const torch::Tensor& prediction, const torch::Tensor& truth);

  double accuracy() const;
  /// TP / (TP + FP + FN), TP / (TP + FP) and TP / (TP + FN); NaN where that is 0 / 0.
  double iou(std::int64_t c) const;
  double precision(std::int64_t c) const;
  double recall(std::int64_t c) const;
  /// Unweighted over the classes that are in truth or prediction (Kurth et al. 2018, section VII).
  double mean_iou() const;
};

}  // namespace stormsweep
