#include "models/kernels/dense_block.hpp"

#include <torch/autograd.h>

#include "models/kernels/sparse_activation.hpp"

namespace stormsweep {

namespace {

constexpr auto last = torch::MemoryFormat::ChannelsLast;
constexpr std::int64_t kernel = 5;

/// Layer i of the parameters of a block, one behind the other in one tensor.
struct Layer {
  std::int64_t in, growth, begin;

  Layer(std::int64_t first_in, std::int64_t growth_, std::int64_t number)
      : in(first_in + number * growth_),
        growth(growth_),
        begin(growth * (kernel * kernel * (number * first_in + growth * number * (number - 1) / 2) + number)) {}

  torch::Tensor weight(const torch::Tensor& parameters) const {
    return parameters.narrow(0, begin, growth * in * kernel * kernel).view({growth, in, kernel, kernel});
  }
  torch::Tensor bias(const torch::Tensor& parameters) const {
    return parameters.narrow(0, begin + growth * in * kernel * kernel, growth);
  }
};

struct Differentiable : torch::autograd::Function<Differentiable> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& parameters, std::int64_t growth, std::int64_t layers,
                               double dropout, bool periodic) {
    const auto in = map.size(1);
    const WinogradConvolution convolution{1, periodic};
    const auto maps =
        torch::empty({map.size(0), in + layers * growth, map.size(2), map.size(3)}, map.options().memory_format(last));
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
    context->saved_data["periodic"] = periodic;
    return maps;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto &maps = saved[0], &parameters = saved[1];
    const auto in = context->saved_data["in"].toInt(), growth = context->saved_data["growth"].toInt();
    const auto dropout = context->saved_data["dropout"].toDouble();
    const WinogradConvolution convolution{1, context->saved_data["periodic"].toBool()};
    const auto slope = slopes[0].clone(last), parameter_slopes = torch::empty_like(parameters);
    for (auto i = (maps.size(1) - in) / growth - 1; i >= 0; --i) {
      const Layer layer(in, growth, i);
      const auto before = maps.narrow(1, 0, layer.in), weight = layer.weight(parameters);
      const auto added =
          sparse_activation_slope(maps.narrow(1, layer.in, growth), slope.narrow(1, layer.in, growth), dropout)
              .contiguous(last);
      layer.weight(parameter_slopes).copy_(convolution.weight_slope(before, weight, added));
      layer.bias(parameter_slopes).copy_(added.sum({0, 2, 3}));
      convolution.add_map_slope(added, weight, slope.narrow(1, 0, layer.in));
    }
    return {slope.narrow(1, 0, in), parameter_slopes, {}, {}, {}, {}};
  }
};

}  // namespace

torch::Tensor DenseBlock::operator()(const torch::Tensor& map) const {
  std::vector<torch::Tensor> parameters;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    parameters.push_back(weights[i].flatten());
    parameters.push_back(biases[i]);
  }
  return Differentiable::apply(map, torch::cat(parameters), biases[0].size(0),
                               static_cast<std::int64_t>(weights.size()), dropout, convolution.periodic);
}

}  // namespace stormsweep
