#include "models/segmentation_loss.hpp"

#include <cmath>

namespace stormsweep {

torch::Tensor segmentation_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                const torch::Tensor& weights) {
  const auto classes = labels.to(torch::kInt64);
  // A GPU would sum the losses in no fixed order.
  const auto reduction = logits.is_cuda() ? at::Reduction::None : at::Reduction::Sum;
  const auto losses = torch::nll_loss_nd(torch::log_softmax(logits, 1), classes, weights, reduction);
  return losses.sum() / static_cast<double>(classes.numel());
}

std::array<float, 3> class_weights(ClassWeights rule, const std::array<std::int64_t, 3>& pixels) {
  std::array<double, 3> weights{};
  double sum = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto count = static_cast<double>(pixels[c]);
    if (pixels[c] > 0)
      weights[c] = rule == ClassWeights::none ? 1 : rule == ClassWeights::inverse ? 1 / count : 1 / std::sqrt(count);
    sum += weights[c];
  }
  std::array<float, 3> normalised{};
  if (sum > 0)
    for (std::size_t c = 0; c < 3; ++c) normalised[c] = static_cast<float>(weights[c] / sum);
  return normalised;
}

}  // namespace stormsweep
