#include "worker/training/loss_scale.hpp"

#include <torch/utils.h>
#include <algorithm>
#include <cmath>

namespace stormsweep {

namespace {

constexpr std::int64_t steps_to_double = 2000;
constexpr double largest = 16777216;  // 2^24; the loss itself is float32

}  // namespace

bool LossScale::unscale(const std::vector<torch::Tensor>& gradients, double factor) {
  const torch::NoGradGuard no_gradient;
  torch::Tensor sum = torch::zeros({}, gradients.at(0).options());
  for (torch::Tensor gradient : gradients) sum += gradient.mul_(1 / factor).sum();
  if (!std::isfinite(sum.item<double>())) {
    factor_ = std::max(1.0, factor / 2);
    good_steps_ = 0;
    return false;
  }
  if (++good_steps_ == steps_to_double) {
    factor_ = std::min(largest, factor_ * 2);
    good_steps_ = 0;
  }
  return true;
}

void LossScale::set_state(const torch::Tensor& state) {
  factor_ = state[0].item<double>();
  good_steps_ = static_cast<std::int64_t>(state[1].item<double>());
}

}  // namespace stormsweep
