#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "datasets/weather/weather_batches.hpp"
#include "experiments/task/gang.hpp"
#include "models/segmentation_network.hpp"
#include "models/segmentation_scores.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// Names of the classes, in the order of their numbers: the values of the profile `class` of experiment.json.
inline constexpr std::array<const char*, weather_classes> class_names{"background", "tropical_cyclone",
                                                                      "atmospheric_river"};

/// How well a network classifies samples, those of all ranks together: from one confusion matrix.
class SegmentationEvaluation {
 public:
  /// `own`: this rank's samples of `set`; `begin` is given, before each, how many are done. All ranks of the gang call
  /// this, and get the scores over the samples of all: the same bits, because pixels are counted exactly. Draws no
  /// random numbers. `weights` [3]: of the classes in the loss. `readers` threads read samples ahead.
  SegmentationEvaluation(SegmentationNetwork& network, const WeatherSet& set, std::span<const std::int64_t> own,
                         const ChannelRange& range, int labeling, const torch::Tensor& weights, int readers,
                         const torch::Device& device, Gang& gang, const std::function<void(std::int64_t)>& begin);

  /// <split>_mean_iou, _accuracy, _loss and _cross_entropy.
  Metrics summary(const std::string& split) const;
  /// The profile `class`: <split>_iou, and with `details` _precision and _recall.
  Metrics by_class(const std::string& split, bool details) const;

 private:
  SegmentationScores scores_;
  double loss_ = 0, cross_entropy_ = 0;  ///< means over pixels
};

}  // namespace stormsweep
