#include "worker/training/own_gradients.hpp"

#include <torch/utils.h>

#include <unordered_set>

namespace stormsweep {

void own_gradients(const std::vector<torch::Tensor>& parameters) {
  std::unordered_set<const void*> known;
  for (const torch::Tensor& parameter : parameters) {
    if (!parameter.requires_grad()) continue;
    auto& gradient = parameter.mutable_grad();
    if (!gradient.defined())
      gradient = torch::zeros_like(parameter);
    else if (gradient.layout() == torch::kStrided && !known.insert(gradient.storage().data()).second)
      gradient = gradient.clone();
  }
}

}  // namespace stormsweep
