#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

namespace stormsweep {

/// The factor on the loss that keeps gradients within the range of fp16: when one overflows it is halved and the step
/// skipped; it is doubled after 2,000 steps without overflow (Micikevicius et al. 2018, section 3.2). A power of two,
/// so that it does not change gradients that do not overflow.
class LossScale {
 public:
  double factor() const { return factor_; }

  /// Divides `gradients` of a loss that was multiplied by `factor`, in place. False where one is not finite: the step
  /// must be skipped. Adjusts the factor for later steps.
  bool unscale(const std::vector<torch::Tensor>& gradients, double factor);

  /// For a checkpoint.
  torch::Tensor state() const { return torch::tensor({factor_, static_cast<double>(good_steps_)}, torch::kFloat64); }
  void set_state(const torch::Tensor& state);

 private:
  double factor_ = 65536;
  std::int64_t good_steps_ = 0;  ///< since the factor last changed
};

}  // namespace stormsweep
