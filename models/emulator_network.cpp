#include "models/emulator_network.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/utils.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/emulator_encoder.hpp"
#include "models/first_weights.hpp"
#include "models/kernels/operand_type.hpp"
#include "models/recurrent_layers.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t dense_width = 1024;

torch::nn::LayerNorm make_layer_norm(std::int64_t size) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({size}));
}

}  // namespace

class EmulatorNetwork::Branch : public torch::nn::Module {
 public:
  Branch(const EmulatorOptions& options, at::Generator& generator);
  /// What each month shows by itself, [..., k] of [..., channels, height, width].
  torch::Tensor see(const torch::Tensor& months);
  /// [n, height, width] of windows of what was seen, [n, window, k].
  torch::Tensor tell(const torch::Tensor& seen);
  std::int64_t flops() const;

 private:
  EmulatorOptions options_;
  std::shared_ptr<EmulatorEncoder> encoder_;
  std::shared_ptr<RecurrentLayers> recurrent_;  ///< null: none
  torch::nn::Linear month_{nullptr}, dense_{nullptr}, last_{nullptr};
  torch::nn::LayerNorm memory_norm_{nullptr}, dense_norm_{nullptr};
};

EmulatorNetwork::Branch::Branch(const EmulatorOptions& options, at::Generator& generator) : options_(options) {
  encoder_ = register_module("encoder", std::make_shared<EmulatorEncoder>(options, generator));
  const auto features = encoder_->features();
  auto remembered = options.hidden, side_by_side = options.window;
  if (options.memory != EmulatorMemory::none) {
    recurrent_ = register_module("recurrent", std::make_shared<RecurrentLayers>(options, features, generator));
    remembered = recurrent_->outputs(), side_by_side = 1;
  } else {
    month_ = register_module("month", make_linear(features, options.hidden, generator));
  }
  memory_norm_ = register_module("memory_norm", make_layer_norm(remembered));
  dense_ = register_module("dense", make_linear(side_by_side * remembered, dense_width, generator));
  dense_norm_ = register_module("dense_norm", make_layer_norm(dense_width));
  last_ = register_module("last", make_linear(dense_width, options.height * options.width, generator));
  if (options.residual) {
    const torch::NoGradGuard no_gradient;
    last_->weight.zero_(), last_->bias.zero_();
  }
}

torch::Tensor EmulatorNetwork::Branch::see(const torch::Tensor& months) {
  const auto features =
      encoder_->forward(months.flatten(0, -4)).unflatten(0, months.sizes().slice(0, months.dim() - 3));
  if (recurrent_) return recurrent_->enter(features);
  const auto type = options_.product_type;
  const auto product = torch::matmul(in_type(features, type), in_type(month_->weight, type).t());
  return memory_norm_((product.to(month_->bias.scalar_type()) + month_->bias).relu());
}

torch::Tensor EmulatorNetwork::Branch::tell(const torch::Tensor& seen) {
  const auto remembered = recurrent_ ? memory_norm_(recurrent_->forward(seen)) : seen.flatten(1);
  const auto wide = dense_norm_(dense_(remembered)).relu();
  return last_(torch::dropout(wide, options_.dropout, is_training())).unflatten(1, {options_.height, options_.width});
}

std::int64_t EmulatorNetwork::Branch::flops() const {
  const auto memory = recurrent_ ? recurrent_->flops() : 2 * options_.window * month_->weight.numel();
  return options_.window * encoder_->flops() + memory + 2 * (dense_->weight.numel() + last_->weight.numel());
}

EmulatorNetwork::EmulatorNetwork(const EmulatorOptions& options, std::uint64_t seed) : options_(options) {
  if (options.height % 2 != 0 || options.width % 2 != 0)
    throw std::invalid_argument("the emulator takes maps of even sides, not " + std::to_string(options.height) + " x " +
                                std::to_string(options.width));
  auto generator = at::detail::createCPUGenerator(seed);
  for (std::int64_t i = 0; i < options.targets; ++i)
    branches_.push_back(
        register_module("branch" + std::to_string(i + 1), std::make_shared<Branch>(options, generator)));
}

EmulatorNetwork::~EmulatorNetwork() = default;

torch::Tensor EmulatorNetwork::forward(const torch::Tensor& input) {
  std::vector<torch::Tensor> maps;
  for (const auto& branch : branches_) maps.push_back(branch->tell(branch->see(input)));
  return torch::stack(maps, 1);
}

torch::Tensor EmulatorNetwork::forward(const torch::Tensor& months, const torch::Tensor& places) {
  std::vector<torch::Tensor> maps;
  for (const auto& branch : branches_)
    maps.push_back(branch->tell(branch->see(months).index_select(0, places.flatten()).unflatten(0, places.sizes())));
  return torch::stack(maps, 1);
}

std::int64_t EmulatorNetwork::forward_flops() const {
  std::int64_t flops = 0;
  for (const auto& branch : branches_) flops += branch->flops();
  return flops;
}

std::int64_t EmulatorNetwork::parameter_count(const EmulatorOptions& options) {
  const auto dense = [](std::int64_t in, std::int64_t out) { return (in + 1) * out; };
  const auto convolution = [](std::int64_t in, std::int64_t out) { return (9 * in + 1) * out + 2 * out; };  // and norm
  const auto norm = [](std::int64_t size) { return 2 * size; };
  const auto d = options.init_dim, squeezed = std::max<std::int64_t>(1, d / 4), hidden = options.hidden;
  const auto features = 4 * d * (options.height / 2) * (options.width / 2);
  auto count = convolution(options.channels, d) + convolution(d, 2 * d) + convolution(2 * d, 2 * d) +
               dense(4 * d, squeezed) + dense(squeezed, 4 * d);
  count += options.encoding == EmulatorEncoding::cnn
               ? convolution(2 * d, 4 * d)
               : convolution(2 * d, 4 * d) + convolution(4 * d, 4 * d) + convolution(6 * d, 4 * d);
  auto remembered = hidden, side_by_side = options.window;
  if (options.memory == EmulatorMemory::none) {
    count += dense(features, hidden);
  } else {
    const std::int64_t gates = options.memory == EmulatorMemory::gru ? 3 : 4, ways = options.bidirectional ? 2 : 1;
    remembered = ways * hidden, side_by_side = 1;
    for (std::int64_t l = 0; l < options.layers; ++l)
      count += ways * gates * (dense(l == 0 ? features : remembered, hidden) + dense(hidden, hidden));
  }
  count += norm(remembered) + dense(side_by_side * remembered, dense_width) + norm(dense_width) +
           dense(dense_width, options.height * options.width);
  return options.targets * count;
}

}  // namespace stormsweep
