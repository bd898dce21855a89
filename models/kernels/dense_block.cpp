#include "models/kernels/dense_block.hpp"

#include <torch/autograd.h>

#include "models/kernels/direct_convolution.hpp"
#include "models/kernels/sparse_activation.hpp"
#include "models/kernels/winograd.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t layer_side = 5;  // of the kernels

/// A layer's convolution: on planes where there are few channels, else by Winograd's filtering.
struct BlockConvolution {
  bool on_planes, periodic;

  DirectConvolution direct() const { return {.padding = layer_side / 2, .periodic = periodic}; }
  WinogradConvolution winograd() const { return {.periodic = periodic}; }
  torch::MemoryFormat format() const {
    return on_planes ? torch::MemoryFormat::Contiguous : torch::MemoryFormat::ChannelsLast;
  }

  torch::Tensor forward(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias) const {
    if (!on_planes) return winograd().forward(map, weight, bias);
    const auto result = torch::empty({map.size(0), weight.size(0), map.size(2), map.size(3)});
    direct().forward(map, weight, bias, {}, result);
    return result;
  }

  /// Adds to the gradient of the map, and writes those of weight and bias.
  void backward(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& slope,
                const torch::Tensor& map_slope, torch::Tensor weight_slope, torch::Tensor bias_slope) const {
    if (on_planes) {
      DirectConvolution::Gradients gradients{.map = map_slope, .add = true};
      direct().backward(map, weight, /*result, without an activation=*/slope, slope, gradients);
      weight_slope.copy_(gradients.weight);
      bias_slope.copy_(gradients.bias.flatten());
    } else {
      weight_slope.copy_(winograd().weight_slope(map, weight, slope));
      bias_slope.copy_(slope.sum({0, 2, 3}));
      winograd().add_map_slope(slope, weight, map_slope);
    }
  }
};

/// Layer i of the parameters of a block, one behind the other in one tensor.
struct Layer {
  std::int64_t in, growth, begin;

  Layer(std::int64_t first_in, std::int64_t growth_, std::int64_t number)
      : in(first_in + number * growth_),
        growth(growth_),
        begin(growth * (layer_side * layer_side * (number * first_in + growth * number * (number - 1) / 2) + number)) {}

  torch::Tensor weight(const torch::Tensor& parameters) const {
    return parameters.narrow(0, begin, growth * in * layer_side * layer_side)
        .view({growth, in, layer_side, layer_side});
  }
  torch::Tensor bias(const torch::Tensor& parameters) const {
    return parameters.narrow(0, begin + growth * in * layer_side * layer_side, growth);
  }
};

struct DifferentiableBlock : torch::autograd::Function<DifferentiableBlock> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& parameters, std::int64_t growth, std::int64_t layers,
                               double dropout, const BlockConvolution& convolution) {
    const auto in = map.size(1);
    const auto maps = torch::empty({map.size(0), in + layers * growth, map.size(2), map.size(3)},
                                   map.options().memory_format(convolution.format()));
    maps.narrow(1, 0, in).copy_(map);
    for (std::int64_t i = 0; i < layers; ++i) {
      const Layer layer(in, growth, i);
      const auto added =
          convolution.forward(maps.narrow(1, 0, layer.in), layer.weight(parameters), layer.bias(parameters));
      activate_sparsely(added, dropout);
      maps.narrow(1, layer.in, growth).copy_(added);
    }
    context->save_for_backward({maps, parameters});
    context->saved_data["in"] = in;
    context->saved_data["growth"] = growth;
    context->saved_data["dropout"] = dropout;
    context->saved_data["on_planes"] = convolution.on_planes;
    context->saved_data["periodic"] = convolution.periodic;
    return maps;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto &maps = saved[0], &parameters = saved[1];
    const auto in = context->saved_data["in"].toInt(), growth = context->saved_data["growth"].toInt();
    const auto dropout = context->saved_data["dropout"].toDouble();
    const BlockConvolution convolution{context->saved_data["on_planes"].toBool(),
                                       context->saved_data["periodic"].toBool()};
    const auto slope = slopes[0].clone(convolution.format()), parameter_slopes = torch::empty_like(parameters);
    for (auto i = (maps.size(1) - in) / growth - 1; i >= 0; --i) {
      const Layer layer(in, growth, i);
      const auto before = maps.narrow(1, 0, layer.in), weight = layer.weight(parameters);
      const auto added =
          sparse_activation_slope(maps.narrow(1, layer.in, growth), slope.narrow(1, layer.in, growth), dropout)
              .contiguous(convolution.format());
      convolution.backward(before, weight, added, slope.narrow(1, 0, layer.in), layer.weight(parameter_slopes),
                           layer.bias(parameter_slopes));
    }
    return {slope.narrow(1, 0, in), parameter_slopes, {}, {}, {}, {}};
  }
};

bool on_planes(const DenseBlock& block, const torch::Tensor& map) {
  return DirectConvolution{.padding = layer_side / 2}.fits(block.weights[0], map.size(3));
}

}  // namespace

bool DenseBlock::takes(const torch::Tensor& map) const {
  return map.is_cpu() && map.scalar_type() == torch::kFloat32 &&
         (on_planes(*this, map) || WinogradConvolution{.periodic = periodic}.takes(map, weights[0]));
}

torch::Tensor DenseBlock::operator()(const torch::Tensor& map) const {
  std::vector<torch::Tensor> parameters;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    parameters.push_back(weights[i].flatten());
    parameters.push_back(biases[i]);
  }
  return DifferentiableBlock::apply(map, torch::cat(parameters), biases[0].size(0),
                                    static_cast<std::int64_t>(weights.size()), dropout,
                                    BlockConvolution{on_planes(*this, map), periodic});
}

}  // namespace stormsweep
