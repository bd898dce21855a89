#pragma once

#include <torch/serialize/archive.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace stormsweep {

/// The mean of a network's weights over the steps of its training, with the most weight on late steps: an exponential
/// moving average (Polyak and Juditsky 1992). What is evaluated and kept is the mean; what is trained on is not.
class WeightAverage {
 public:
  /// In step t the mean keeps a share min(`decay`, (1 + t) / (10 + t)) of itself, `decay` in (0, 1). It begins as the
  /// values of `parameters`; the second bound, that of `num_updates` in TensorFlow's ExponentialMovingAverage (timm has
  /// it too), keeps a short training from being judged by its random first weights.
  WeightAverage(std::vector<torch::Tensor> parameters, double decay);

  void update();  ///< after a step
  void show();    ///< puts the mean into the parameters
  void hide();    ///< puts the trained weights back; does nothing if the mean is not shown

  /// Only while the mean is not shown. `load` throws c10::Error if `archive`, of version 0.2.0, does not hold the
  /// steps.
  void save(torch::serialize::OutputArchive& archive) const;
  void load(torch::serialize::InputArchive& archive);

 private:
  std::vector<torch::Tensor> parameters_, means_;
  std::vector<torch::Tensor> trained_;  ///< while the mean is shown
  double decay_;
  std::int64_t steps_ = 0;
};

}  // namespace stormsweep
