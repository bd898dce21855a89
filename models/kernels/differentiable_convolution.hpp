#pragma once

#include <torch/autograd.h>

#include <cstdint>
#include <vector>

namespace stormsweep {

/// Gradients of a convolution's tensors; undefined where not asked for.
struct ConvolutionGradients {
  torch::Tensor map, weight, bias, start;
};

/// Which gradients are asked for; that of the weight always is.
struct ConvolutionWants {
  bool map, bias, start;
};

/// activation(start + bias + convolution of map), as LibTorch differentiates it, once. `Rule`, a value, knows how:
/// - negative_slope of the activation; where it is 1, `result` is not saved, and what follows may overwrite it;
/// - result(map, weight, bias, start), of which the last two may be undefined;
/// - gradients(map, weight, result, slope, wants), result undefined where it is not saved; the gradient of the bias may
///   be of another shape;
/// - save(data) and load(data), what it consists of.
template <class Rule>
struct DifferentiableConvolution : torch::autograd::Function<DifferentiableConvolution<Rule>> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& weight, const torch::optional<torch::Tensor>& bias,
                               const torch::optional<torch::Tensor>& start, const Rule& rule) {
    const auto result = rule.result(map, weight, bias.value_or(torch::Tensor()), start.value_or(torch::Tensor()));
    context->save_for_backward({map, weight, rule.negative_slope() == 1 ? torch::Tensor() : result});
    auto& data = context->saved_data;
    rule.save(data);
    data["wants_map"] = map.requires_grad();
    data["wants_start"] = start && start->requires_grad();
    data["bias"] = bias ? bias->sizes().vec() : std::vector<std::int64_t>{};
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto& data = context->saved_data;
    const auto bias = data.at("bias").toIntVector();
    const ConvolutionWants wants{data.at("wants_map").toBool(), !bias.empty(), data.at("wants_start").toBool()};
    const auto gradients = Rule::load(data).gradients(saved[0], saved[1], saved[2], slopes[0], wants);
    return {gradients.map,
            gradients.weight,
            bias.empty() ? torch::Tensor() : gradients.bias.view(bias),
            gradients.start,
            {}};
  }
};

/// `bias` and `start` may be undefined.
template <class Rule>
torch::Tensor differentiable(const Rule& rule, const torch::Tensor& map, const torch::Tensor& weight,
                             const torch::Tensor& bias, const torch::Tensor& start) {
  const auto optional = [](const torch::Tensor& tensor) {
    return tensor.defined() ? torch::make_optional(tensor) : torch::nullopt;
  };
  return DifferentiableConvolution<Rule>::apply(map, weight, optional(bias), optional(start), rule);
}

}  // namespace stormsweep
