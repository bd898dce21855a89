#include "worker/training/optimizer.hpp"

#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>
#include <torch/utils.h>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr double trust = 0.002, without_norm = 1.0 / 16000;  // Kurth et al. 2018, their code

}  // namespace

torch::Tensor Larc::step(LossClosure closure) {
  for (auto& group : param_groups()) {
    const torch::NoGradGuard no_gradient;
    const double rate = group.options().get_lr();
    for (const torch::Tensor& parameter : group.params()) {
      torch::Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      // No number leaves the device: reading one would wait for it.
      const torch::Tensor weight_norm = parameter.norm(), gradient_norm = gradient.norm();
      const torch::Tensor local =
          torch::where((weight_norm > 0).logical_and(gradient_norm > 0), trust * weight_norm / gradient_norm,
                       torch::full_like(weight_norm, without_norm));
      gradient.mul_(local.clamp_max(rate) / rate);
    }
  }
  return Adam::step(std::move(closure));
}

std::unique_ptr<torch::optim::Optimizer> make_optimizer(std::string_view name, double learning_rate,
                                                        std::vector<torch::Tensor> parameters) {
  using namespace torch::optim;
  if (name == "adam") return std::make_unique<Adam>(std::move(parameters), AdamOptions(learning_rate));
  if (name == "adamw") return std::make_unique<AdamW>(std::move(parameters), AdamWOptions(learning_rate));
  if (name == "rmsprop") return std::make_unique<RMSprop>(std::move(parameters), RMSpropOptions(learning_rate));
  if (name == "sgd") return std::make_unique<SGD>(std::move(parameters), SGDOptions(learning_rate).momentum(0.9));
  if (name == "larc") return std::make_unique<Larc>(std::move(parameters), learning_rate);
  throw InputError("optimizer is " + std::string(name) + "; known are adam, adamw, rmsprop, sgd and larc");
}

}  // namespace stormsweep
