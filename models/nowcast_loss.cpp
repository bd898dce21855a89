#include "models/nowcast_loss.hpp"

namespace stormsweep {

torch::Tensor centre(const torch::Tensor& images, std::int64_t side) {
  return images.narrow(2, (images.size(2) - side) / 2, side).narrow(3, (images.size(3) - side) / 2, side);
}

torch::Tensor nowcast_loss(const std::array<torch::Tensor, 4>& outputs, const torch::Tensor& truth) {
  const auto finest = nowcast_loss_sides.back();
  const auto target = centre(truth, finest);
  auto loss = torch::zeros({}, target.options());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto side = nowcast_loss_sides[i];
    loss = loss + torch::mse_loss(centre(outputs[i], side), torch::avg_pool2d(target, finest / side));
  }
  return loss;
}

}  // namespace stormsweep
