#include "models/nowcast_loss.hpp"

#include <utility>

namespace stormsweep {

namespace {

torch::Tensor weight_of(const torch::Tensor& seen, const RainWeights& weights) {
  auto weight = torch::ones_like(seen);
  double before = 1;
  for (std::size_t i = 0; i < weights.from.size(); ++i) {
    const double step = weights.weight[i] - std::exchange(before, weights.weight[i]);
    weight = weight + (seen >= weights.from[i]) * step;
  }
  return weight;
}

}  // namespace

torch::Tensor centre(const torch::Tensor& images, std::int64_t side) {
  return images.narrow(2, (images.size(2) - side) / 2, side).narrow(3, (images.size(3) - side) / 2, side);
}

RainWeights balanced_rain(double mean, double deviation, double step) {
  RainWeights weights{.from = {2, 5, 10, 30}, .weight = {2, 5, 10, 30}};
  for (double& begin : weights.from) begin = (begin - step / 2 - mean) / deviation;
  return weights;
}

torch::Tensor nowcast_loss(std::span<const torch::Tensor> outputs, const torch::Tensor& truth,
                           const RainWeights& weights) {
  const auto finest = nowcast_loss_sides.back();
  const auto target = centre(truth, finest);
  auto loss = torch::zeros({}, target.options());
  for (std::size_t i = nowcast_loss_sides.size() - outputs.size(), k = 0; k < outputs.size(); ++i, ++k) {
    const auto side = nowcast_loss_sides[i];
    const auto seen = torch::avg_pool2d(target, finest / side);
    const auto forecast = centre(outputs[k], side);
    loss = loss + (weights.from.empty() ? torch::mse_loss(forecast, seen)
                                        : (weight_of(seen, weights) * (forecast - seen).square()).mean());
  }
  return loss;
}

}  // namespace stormsweep
