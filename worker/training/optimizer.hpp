#pragma once

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include <memory>
#include <string_view>
#include <vector>

namespace stormsweep {

/// Fused Adam: on a GPU one kernel for all parameters, where LibTorch's own launches a dozen for each; on a processor
/// one pass over float32 parameters (worker/training/adam_step.hpp). Its state is that of LibTorch's Adam.
class FusedAdam : public torch::optim::Adam {
 public:
  using Adam::Adam;
  torch::Tensor step(LossClosure closure = nullptr) override;
};

/// The same, with AdamW's decay.
class FusedAdamW : public torch::optim::AdamW {
 public:
  using AdamW::AdamW;
  torch::Tensor step(LossClosure closure = nullptr) override;
};

/// Adam whose step size is bounded layer by layer (You, Gitman, Ginsburg 2017; as in Kurth et al. 2018, section
/// V-B3): each gradient is multiplied by min(0.002 |w| / |g|, lr) / lr, where the first argument of min is 1/16000 if a
/// norm is 0.
class Larc : public FusedAdam {
 public:
  Larc(std::vector<torch::Tensor> parameters, double learning_rate)
      : FusedAdam(std::move(parameters), torch::optim::AdamOptions(learning_rate)) {}
  torch::Tensor step(LossClosure closure = nullptr) override;
};

/// The optimizer of that name, with LibTorch's defaults except for the learning rate: adam, adamw, rmsprop, sgd
/// (momentum 0.9), or larc. Throws InputError for any other name.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(std::string_view name, double learning_rate,
                                                        std::vector<torch::Tensor> parameters);

}  // namespace stormsweep
