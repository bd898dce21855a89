#include "worker/training/optimizer.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/_fused_adam.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>
#include <torch/utils.h>
#if __has_include(<ATen/ops/_fused_adamw.h>)
#include <ATen/ops/_fused_adamw.h>
#define STORMSWEEP_FUSED_ADAMW  // LibTorch 2.0 and newer
#endif

#include <algorithm>
#include <sstream>
#include <type_traits>
#include <vector>

#include "search/base/error.hpp"
#include "worker/training/adam_step.hpp"

namespace stormsweep {

namespace {

constexpr double trust = 0.002, without_norm = 1.0 / 16000;  // Kurth et al. 2018, their code

/// LibTorch's key of a parameter's state in an optimizer: until 2.0 the address as text.
template <class Key>
Key key_of(const torch::Tensor& parameter) {
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream text;
    text << parameter.unsafeGetTensorImpl();
    return text.str();
  } else {
    return parameter.unsafeGetTensorImpl();
  }
}

/// One step of the optimizer with `states`, by `kernel`, for the parameters of each group that have a gradient.
template <class State, class Options, class States, class Kernel>
void step_at_once(std::vector<torch::optim::OptimizerParamGroup>& groups, States& states, const Kernel& kernel) {
  using Key = std::decay_t<decltype(states.begin()->first)>;
  const torch::NoGradGuard no_gradient;
  for (auto& group : groups) {
    std::vector<torch::Tensor> parameters, gradients, means, squares, steps;
    std::int64_t last_step = 0;
    for (const torch::Tensor& parameter : group.params()) {
      if (!parameter.grad().defined()) continue;
      auto& state = states[key_of<Key>(parameter)];
      if (!state) {
        auto fresh = std::make_unique<State>();
        fresh->step(0);
        fresh->exp_avg(torch::zeros_like(parameter));
        fresh->exp_avg_sq(torch::zeros_like(parameter));
        state = std::move(fresh);
      }
      auto& known = static_cast<State&>(*state);
      known.step(known.step() + 1);
      // One tensor for all parameters with the same number of steps, which nearly always is all of them.
      if (steps.empty() || known.step() != last_step)
        steps.push_back(torch::full({}, static_cast<double>(known.step()), parameter.options().dtype(torch::kFloat32)));
      else
        steps.push_back(steps.back());
      last_step = known.step();
      parameters.push_back(parameter);
      gradients.push_back(parameter.grad());
      means.push_back(known.exp_avg());
      squares.push_back(known.exp_avg_sq());
    }
    if (parameters.empty()) continue;
    const auto& options = static_cast<const Options&>(group.options());
    kernel(parameters, gradients, means, squares, torch::TensorList{}, steps, options.lr(),
           std::get<0>(options.betas()), std::get<1>(options.betas()), options.weight_decay(), options.eps(),
           /*amsgrad=*/false, /*maximize=*/false);
  }
}

/// A kernel of step_at_once for parameters of a processor. `decoupled`: AdamW's decay.
auto on_processor(bool decoupled) {
  return [decoupled](torch::TensorList parameters, torch::TensorList gradients, torch::TensorList means,
                     torch::TensorList squares, torch::TensorList, torch::TensorList steps, double learning_rate,
                     double beta1, double beta2, double decay, double epsilon, bool, bool) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const AdamStep step{.learning_rate = learning_rate,
                          .beta1 = beta1,
                          .beta2 = beta2,
                          .epsilon = epsilon,
                          .weight_share = decoupled ? 0 : decay,
                          .decay = decoupled ? decay : 0,
                          .number = static_cast<std::int64_t>(steps[i].item<float>())};
      const auto gradient = gradients[i].contiguous();
      const auto at = [](const torch::Tensor& tensor, std::int64_t place) { return tensor.data_ptr<float>() + place; };
      at::parallel_for(0, gradient.numel(), 1 << 16, [&](std::int64_t first, std::int64_t last) {
        take(step, last - first, at(gradient, first), at(parameters[i], first), at(means[i], first),
             at(squares[i], first));
      });
    }
  };
}

/// Whether LibTorch's GPU kernel takes them all: one type, and each gradient laid out like its parameter.
bool suit_gpu(const std::vector<torch::optim::OptimizerParamGroup>& groups) {
  return std::ranges::all_of(groups, [](const auto& group) {
    return std::ranges::all_of(group.params(), [&](const torch::Tensor& parameter) {
      const auto& gradient = parameter.grad();
      return parameter.is_cuda() && parameter.scalar_type() == group.params()[0].scalar_type() &&
             (!gradient.defined() ||
              (gradient.layout() == torch::kStrided && gradient.strides() == parameter.strides()));
    });
  });
}

/// Whether on_processor takes them all; parameters of users' networks may be of other kinds.
bool suit_processor(const std::vector<torch::optim::OptimizerParamGroup>& groups) {
  return std::ranges::all_of(groups, [](const auto& group) {
    return std::ranges::all_of(group.params(), [](const torch::Tensor& parameter) {
      const auto& gradient = parameter.grad();
      return parameter.is_cpu() && parameter.scalar_type() == torch::kFloat32 && parameter.is_contiguous() &&
             (!gradient.defined() || gradient.layout() == torch::kStrided);
    });
  });
}

}  // namespace

torch::Tensor FusedAdam::step(LossClosure closure) {
  using namespace torch::optim;
  if (suit_gpu(param_groups_))
    step_at_once<AdamParamState, AdamOptions>(
        param_groups_, state_, [](auto&&... values) { at::_fused_adam_(std::forward<decltype(values)>(values)...); });
  else if (suit_processor(param_groups_))
    step_at_once<AdamParamState, AdamOptions>(param_groups_, state_, on_processor(/*decoupled=*/false));
  else
    return Adam::step(std::move(closure));
  return {};
}

torch::Tensor FusedAdamW::step(LossClosure closure) {
  using namespace torch::optim;
#ifdef STORMSWEEP_FUSED_ADAMW
  if (suit_gpu(param_groups_)) {
    step_at_once<AdamWParamState, AdamWOptions>(
        param_groups_, state_, [](auto&&... values) { at::_fused_adamw_(std::forward<decltype(values)>(values)...); });
    return {};
  }
#endif
  if (!suit_processor(param_groups_)) return AdamW::step(std::move(closure));
  step_at_once<AdamWParamState, AdamWOptions>(param_groups_, state_, on_processor(/*decoupled=*/true));
  return {};
}

torch::Tensor Larc::step(LossClosure closure) {
  for (auto& group : param_groups()) {
    const torch::NoGradGuard no_gradient;
    const double rate = group.options().get_lr();
    for (const torch::Tensor& parameter : group.params()) {
      torch::Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      // No number is read back: that would wait for the device.
      const torch::Tensor weight_norm = parameter.norm(), gradient_norm = gradient.norm();
      const torch::Tensor local =
          torch::where((weight_norm > 0).logical_and(gradient_norm > 0), trust * weight_norm / gradient_norm,
                       torch::full_like(weight_norm, without_norm));
      gradient.mul_(local.clamp_max(rate) / rate);
    }
  }
  return FusedAdam::step(std::move(closure));
}

std::unique_ptr<torch::optim::Optimizer> make_optimizer(std::string_view name, double learning_rate,
                                                        std::vector<torch::Tensor> parameters) {
  using namespace torch::optim;
  if (name == "adam") return std::make_unique<FusedAdam>(std::move(parameters), AdamOptions(learning_rate));
  if (name == "adamw") return std::make_unique<FusedAdamW>(std::move(parameters), AdamWOptions(learning_rate));
  if (name == "rmsprop") return std::make_unique<RMSprop>(std::move(parameters), RMSpropOptions(learning_rate));
  if (name == "sgd") return std::make_unique<SGD>(std::move(parameters), SGDOptions(learning_rate).momentum(0.9));
  if (name == "larc") return std::make_unique<Larc>(std::move(parameters), learning_rate);
  throw InputError("optimizer is " + std::string(name) + "; known are adam, adamw, rmsprop, sgd and larc");
}

}  // namespace stormsweep
