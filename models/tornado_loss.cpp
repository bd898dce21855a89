#include "models/tornado_loss.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <vector>

#include "models/kernels/tornado_kernels.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t layers = TornadoCnn::layers;

/// The network's parameters in the kernels' layouts.
struct PackedWeights {
  std::array<torch::Tensor, layers> forward, backward;
  torch::Tensor dense;
  TornadoWeights pointers;

  explicit PackedWeights(const TornadoCnn& network) {
    for (std::size_t i = 0; i < layers; ++i) {
      const auto& layer = network.convolution(i);
      forward[i] = layer->weight.permute({2, 3, 1, 0}).contiguous();
      backward[i] = layer->weight.flip({2, 3}).permute({2, 3, 0, 1}).contiguous();
      pointers.forward[i] = forward[i].data_ptr<float>();
      pointers.backward[i] = backward[i].data_ptr<float>();
      pointers.bias[i] = layer->bias.data_ptr<float>();
    }
    const auto channels = TornadoCnn::channels[layers];
    dense = network.dense()->weight.view({channels, -1}).t().contiguous();
    pointers.dense = dense.data_ptr<float>();
    pointers.dense_bias = network.dense()->bias.item<float>();
  }
};

/// Where each parameter's gradient lies in one flat buffer, in the order of network.parameters().
struct GradientLayout {
  std::vector<std::int64_t> offsets{0};

  explicit GradientLayout(const TornadoCnn& network) {
    for (const auto& parameter : network.parameters()) offsets.push_back(offsets.back() + parameter.numel());
  }
  std::int64_t size() const { return offsets.back(); }
  TornadoGradients pointers(float* buffer) const {
    TornadoGradients gradients;
    for (std::size_t i = 0; i < layers; ++i) {
      gradients.weight[i] = buffer + offsets[2 * i];
      gradients.bias[i] = buffer + offsets[2 * i + 1];
    }
    gradients.dense = buffer + offsets[2 * layers];
    gradients.dense_bias = buffer + offsets[2 * layers + 1];
    return gradients;
  }
  /// `flat` in the shapes and layouts of the parameters.
  std::vector<torch::Tensor> unpack(const torch::Tensor& flat, const std::vector<torch::Tensor>& parameters) const {
    std::vector<torch::Tensor> gradients;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto part = flat.slice(0, offsets[i], offsets[i + 1]);
      const auto& shape = parameters[i].sizes();
      if (shape.size() == 4)
        gradients.push_back(part.view({shape[2], shape[3], shape[1], shape[0]}).permute({3, 2, 0, 1}).contiguous());
      else if (shape.size() == 2)
        gradients.push_back(part.view({-1, TornadoCnn::channels[layers]}).t().reshape(shape));
      else
        gradients.push_back(part.clone());
    }
    return gradients;
  }
};

/// A thread's workspace, zeroed once, then kept.
float* workspace() {
  static thread_local std::vector<float> floats(tornado_kernels()->workspace);
  return floats.data();
}

torch::Tensor patches_of(const torch::Tensor& input) {
  return input.permute({0, 2, 3, 1}).contiguous();
}

/// One shard is one partial sum of gradients: at least 8 samples, at most 64 shards, whatever the number of threads.
std::int64_t shard_size(std::int64_t samples) {
  return std::max<std::int64_t>(8, (samples + 63) / 64);
}

struct Learned {
  torch::Tensor loss, logits;
  std::vector<torch::Tensor> gradients;
};

Learned learn(const TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
              double positive_weight, const TornadoCnn::Dropout& dropout) {
  const torch::NoGradGuard no_grad;
  const PackedWeights weights(network);
  const GradientLayout layout(network);
  const auto patches = patches_of(input), targets = target.contiguous();
  const std::int64_t n = input.size(0), shard = shard_size(n), shards = (n + shard - 1) / shard;
  auto logits = torch::empty({n}), losses = torch::empty({n}), partial = torch::zeros({shards, layout.size()});
  const auto mask = [&](std::size_t i) { return dropout[i].defined() ? dropout[i].data_ptr<float>() : nullptr; };
  const TornadoSamples samples{patches.data_ptr<float>(),   {mask(0), mask(1), mask(2)},
                               targets.data_ptr<float>(),   static_cast<float>(positive_weight),
                               network.options().pool_last, logits.data_ptr<float>(),
                               losses.data_ptr<float>()};
  at::parallel_for(0, shards, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t s = first; s < last; ++s)
      tornado_kernels()->learn(weights.pointers, samples, s * shard, std::min(n, (s + 1) * shard), workspace(),
                               layout.pointers(partial.data_ptr<float>() + s * layout.size()));
  });
  auto total = partial[0];
  for (std::int64_t s = 1; s < shards; ++s) total += partial[s];
  return {losses.mean(), logits, layout.unpack(total / static_cast<double>(n), network.parameters())};
}

/// Hands the gradients that are there already to the parameters.
struct HandOver : torch::autograd::Function<HandOver> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, at::TensorList /*parameters*/,
                               const Learned& learned) {
    context->save_for_backward(learned.gradients);
    return learned.loss;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    auto gradients = context->get_saved_variables();
    for (auto& gradient : gradients) gradient = gradient * slopes[0];
    gradients.emplace_back();  // for `learned`
    return gradients;
  }
};

}  // namespace

TornadoPath fastest_path(const TornadoCnn& network, const torch::Tensor& input) {
  const bool served = input.is_cpu() && network.options().convolution_type == torch::kFloat32 && tornado_kernels();
  return served ? TornadoPath::kernels : TornadoPath::layers;
}

TornadoLoss tornado_loss(TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
                         double positive_weight, TornadoPath path) {
  const auto dropout = network.draw_dropout(input);
  if (path == TornadoPath::kernels) {
    auto learned = learn(network, input, target, positive_weight, dropout);
    const auto parameters = network.parameters();
    return {HandOver::apply(at::TensorList(parameters), learned), learned.logits};
  }
  const auto logits = network.forward(input, dropout);
  const auto weight = torch::full({1}, positive_weight, target.options());
  return {torch::binary_cross_entropy_with_logits(logits, target, {}, weight), logits.detach()};
}

torch::Tensor tornado_logits(TornadoCnn& network, const torch::Tensor& input, TornadoPath path) {
  const torch::NoGradGuard no_grad;
  if (path == TornadoPath::layers) return network.forward(input, {});
  const PackedWeights weights(network);
  const auto patches = patches_of(input);
  auto logits = torch::empty({input.size(0)});
  TornadoSamples samples{};
  samples.patches = patches.data_ptr<float>();
  samples.pool_last = network.options().pool_last;
  samples.logits = logits.data_ptr<float>();
  at::parallel_for(0, input.size(0), shard_size(input.size(0)), [&](std::int64_t first, std::int64_t last) {
    tornado_kernels()->predict(weights.pointers, samples, first, last, workspace());
  });
  return logits;
}

}  // namespace stormsweep
