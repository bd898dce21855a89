#include "worker/training/adam_step.hpp"

#include <cmath>

namespace stormsweep {

// Compiled with -fno-math-errno, without which square roots would not be vectorized.
void take(const AdamStep& step, std::int64_t count, const float* __restrict gradient, float* __restrict weight,
          float* __restrict mean, float* __restrict square) {
  const auto t = static_cast<double>(step.number);
  const auto kept = static_cast<float>(1 - step.learning_rate * step.decay);
  const auto weight_share = static_cast<float>(step.weight_share), epsilon = static_cast<float>(step.epsilon);
  const auto beta1 = static_cast<float>(step.beta1), new1 = static_cast<float>(1 - step.beta1);
  const auto beta2 = static_cast<float>(step.beta2), new2 = static_cast<float>(1 - step.beta2);
  const auto size = static_cast<float>(step.learning_rate / (1 - std::pow(step.beta1, t)));
  const auto scale = static_cast<float>(1 / std::sqrt(1 - std::pow(step.beta2, t)));
  for (std::int64_t i = 0; i < count; ++i) {
    const float slope = gradient[i] + weight_share * weight[i];
    mean[i] = beta1 * mean[i] + new1 * slope;
    square[i] = beta2 * square[i] + new2 * slope * slope;
    weight[i] = kept * weight[i] - size * mean[i] / (std::sqrt(square[i]) * scale + epsilon);
  }
}

}  // namespace stormsweep
