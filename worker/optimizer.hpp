#pragma once

#include <torch/torch.h>

#include <memory>
#include <string_view>
#include <vector>

namespace stormsweep {

/// The update rule of that name, with LibTorch's defaults but for the learning rate: adam, adamw, rmsprop, or sgd
/// (momentum 0.9). Throws InputError for any other name.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(std::string_view name, double learning_rate,
                                                        std::vector<torch::Tensor> parameters);

}  // namespace stormsweep
