#include "experiments/torchscript/script_loss.hpp"

#include <fmt/format.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "experiments/torchscript/script_error.hpp"
#include "experiments/torchscript/script_network.hpp"

namespace stormsweep {

namespace {

torch::Tensor scripted_loss(torch::jit::Module& script, const std::string& name, const torch::Tensor& output,
                            const torch::Tensor& target) {
  const torch::jit::GraphOptimizerEnabledGuard plain(false);
  try {
    const c10::IValue loss = script.forward({output, target});
    if (!loss.isTensor() || loss.toTensor().numel() != 1)
      throw std::runtime_error("gives no single number of (output, target)");
    return loss.toTensor().to(torch::kFloat32).reshape({1}).expand({target.size(0)});
  } catch (const std::exception& error) {
    rethrow_script_error(name, error);
  }
}

}  // namespace

bool is_scripted(const ScriptedNetwork& network) {
  return std::ranges::count(scripted_losses(), network.loss) == 0;
}

std::optional<OutputScale> output_scale(const ScriptedNetwork& network) {
  if (!is_scripted(network)) return network.loss == "bce_with_logits" ? OutputScale::logits : OutputScale::amounts;
  const torch::jit::Module script = load_script(network.directory / network.loss);
  if (!script.type()->findAttributeSlot("logits") && !script.type()->findConstantSlot("logits")) return std::nullopt;
  const c10::IValue logits = script.attr("logits");
  if (!logits.isBool()) return std::nullopt;
  return logits.toBool() ? OutputScale::logits : OutputScale::amounts;
}

ScriptLoss make_script_loss(const ScriptedNetwork& network, const torch::Device& device) {
  const std::string name = network.loss;
  if (!is_scripted(network))
    return [name, scale = *output_scale(network)](const torch::Tensor& output, const torch::Tensor& target) {
      return sample_scores(name, output, target, scale);
    };
  const auto script = std::make_shared<torch::jit::Module>(load_script(network.directory / name));
  script->to(device);
  return [name, script](const torch::Tensor& output, const torch::Tensor& target) {
    return scripted_loss(*script, name, output, target);
  };
}

}  // namespace stormsweep
