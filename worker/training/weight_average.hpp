#pragma once

#include <torch/serialize/archive.h>
#include <torch/types.h>

#include <vector>

namespace stormsweep {

/// The mean of a network's weights over the steps of its training, with the most weight on late steps: an exponential
/// moving average (Polyak and Juditsky 1992). What is evaluated and kept is the mean; what is trained on is not.
class WeightAverage {
 public:
  /// In each step the mean keeps a share `decay` of itself, in (0, 1). It begins as the values of `parameters`.
  WeightAverage(std::vector<torch::Tensor> parameters, double decay);

  void update();  ///< after a step
  void show();    ///< puts the mean into the parameters
  void hide();    ///< puts the trained weights back; does nothing if the mean is not shown

  /// Only while the mean is not shown.
  void save(torch::serialize::OutputArchive& archive) const;
  void load(torch::serialize::InputArchive& archive);

 private:
  std::vector<torch::Tensor> parameters_, means_;
  std::vector<torch::Tensor> trained_;  ///< while the mean is shown
  double decay_;
};

}  // namespace stormsweep
