#pragma once

#include <torch/serialize/archive.h>
#include <torch/types.h>

#include <vector>

namespace stormsweep {

/// The mean of a network's weights over the steps of its training, those of late steps weighing most: an exponential
/// moving average (Polyak and Juditsky 1992). What is evaluated and kept is the mean; what is trained on is not.
class WeightAverage {
 public:
  /// Of each step `decay` of the mean stays, in (0, 1). It begins as `parameters` are.
  WeightAverage(std::vector<torch::Tensor> parameters, double decay);

  void update();  ///< after a step
  void show();    ///< puts the mean into the parameters
  void hide();    ///< puts back what was trained; nothing where nothing was shown

  /// Nothing may be shown meanwhile.
  void save(torch::serialize::OutputArchive& archive) const;
  void load(torch::serialize::InputArchive& archive);

 private:
  std::vector<torch::Tensor> parameters_, means_;
  std::vector<torch::Tensor> trained_;  ///< while the mean is shown
  double decay_;
};

}  // namespace stormsweep
