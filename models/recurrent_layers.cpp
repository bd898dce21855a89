#include "models/recurrent_layers.hpp"

#include <torch/utils.h>

#include "models/first_weights.hpp"
#include "models/kernels/operand_type.hpp"
#include "models/kernels/recurrence.hpp"

namespace stormsweep {

namespace {

std::int64_t gates_of(EmulatorMemory memory) {
  return memory == EmulatorMemory::gru ? 3 : 4;
}

}  // namespace

RecurrentLayers::RecurrentLayers(const EmulatorOptions& options, std::int64_t features, at::Generator& generator)
    : options_(options) {
  for (std::int64_t l = 0; l < options.layers; ++l) {
    const auto in = l == 0 ? features : outputs();
    layers_.emplace_back();
    for (const char* name : {"forward", "backward"})
      if (std::ssize(layers_.back()) < directions())
        layers_.back().push_back(add(name + std::to_string(l + 1), in, generator));
  }
}

RecurrentLayers::Direction RecurrentLayers::add(const std::string& name, std::int64_t in, at::Generator& generator) {
  const auto rows = gates_of(options_.memory) * options_.hidden;
  const auto draw = [&](const char* what, torch::IntArrayRef sizes) {
    auto weights = torch::empty(sizes);
    draw_uniform(weights, options_.hidden, generator);
    return register_parameter(name + "_" + what, weights);
  };
  Direction direction;
  direction.input_weight = draw("input_weight", {rows, in});
  direction.state_weight = draw("state_weight", {rows, options_.hidden});
  direction.input_bias = draw("input_bias", {rows});
  direction.state_bias = draw("state_bias", {rows});
  return direction;
}

torch::Tensor RecurrentLayers::gates(const std::vector<Direction>& layer, const torch::Tensor& months) const {
  const auto type = options_.product_type;
  std::vector<torch::Tensor> all;
  for (const Direction& direction : layer) {
    const auto product = torch::matmul(in_type(months, type), in_type(direction.input_weight, type).t());
    all.push_back(product.to(direction.input_bias.scalar_type()) + direction.input_bias);
  }
  return all.size() == 1 ? all[0] : torch::cat(all, -1);
}

torch::Tensor RecurrentLayers::states(const Direction& direction, const torch::Tensor& gates, bool against_time) const {
  auto in_time = gates.transpose(0, 1);
  if (against_time) in_time = in_time.flip(0);
  return (options_.memory == EmulatorMemory::gru ? gru_states : lstm_states)(in_time, direction.state_weight,
                                                                             direction.state_bias);
}

torch::Tensor RecurrentLayers::enter(const torch::Tensor& months) const {
  return gates(layers_[0], months);
}

torch::Tensor RecurrentLayers::forward(const torch::Tensor& entered) {
  auto input = entered;
  std::vector<torch::Tensor> last;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    if (l > 0) input = gates(layers_[l], torch::dropout(input, options_.dropout, is_training()));
    const auto own = directions() == 1 ? std::vector<torch::Tensor>{input} : input.chunk(directions(), 2);
    std::vector<torch::Tensor> all;
    last.clear();
    for (std::size_t d = 0; d < layers_[l].size(); ++d) {
      const auto made = states(layers_[l][d], own[d], d == 1);
      last.push_back(made[-1]);
      all.push_back((d == 1 ? made.flip(0) : made).transpose(0, 1));
    }
    input = torch::cat(all, 2);
  }
  return torch::cat(last, 1);
}

std::int64_t RecurrentLayers::flops() const {
  std::int64_t flops = 0;
  for (const auto& layer : layers_)
    for (const auto& direction : layer)
      flops += 2 * options_.window * (direction.input_weight.numel() + direction.state_weight.numel());
  return flops;
}

}  // namespace stormsweep
