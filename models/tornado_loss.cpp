#include "models/tornado_loss.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "models/kernels/tornado_cuda.hpp"
#include "models/kernels/tornado_kernels.hpp"

#ifdef STORMSWEEP_CUDA
#include <c10/cuda/CUDAStream.h>
#endif

namespace stormsweep {

namespace {

constexpr std::size_t layers = TornadoCnn::layers;

bool rounds(const TornadoCnn& network) {
  return network.options().convolution_type == torch::kBFloat16;
}

/// The network's parameters in the kernels' layouts.
struct PackedWeights {
  std::array<torch::Tensor, layers> forward, backward;
  torch::Tensor dense;
  TornadoWeights pointers{};

  explicit PackedWeights(const TornadoCnn& network) {
    for (std::size_t i = 0; i < layers; ++i) {
      const auto& exact = network.convolution(i)->weight;
      const auto weight = rounds(network) ? exact.to(torch::kBFloat16).to(torch::kFloat32) : exact;
      forward[i] = weight.permute({2, 3, 1, 0}).contiguous();
      pointers.forward[i] = forward[i].data_ptr<float>();
      if (i > 0) {  // nobody asks for the gradient of the input
        backward[i] = weight.flip({2, 3}).permute({2, 3, 0, 1}).contiguous();
        pointers.backward[i] = backward[i].data_ptr<float>();
      }
      pointers.bias[i] = network.convolution(i)->bias.data_ptr<float>();
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
  /// `flat` in the layouts of the parameters.
  torch::Tensor unpack(const torch::Tensor& flat, const std::vector<torch::Tensor>& parameters) const {
    std::vector<torch::Tensor> gradients;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      auto part = flat.slice(0, offsets[i], offsets[i + 1]);
      const auto& shape = parameters[i].sizes();
      if (shape.size() == 4) part = part.view({shape[2], shape[3], shape[1], shape[0]}).permute({3, 2, 0, 1});
      if (shape.size() == 2) part = part.view({-1, TornadoCnn::channels[layers]}).t();
      gradients.push_back(part.reshape({-1}));
    }
    return torch::cat(gradients);
  }
};

/// Null where there are none.
const TornadoKernels* processor_kernels(const TornadoCnn& network) {
  if (!rounds(network)) return tornado_kernels();
  const auto* kernels = tornado_amx_kernels();
  return kernels ? kernels : tornado_rounding_kernels();
}

/// A thread's workspace, zeroed once, then kept.
float* workspace(const TornadoKernels& kernels) {
  static thread_local std::map<const TornadoKernels*, std::vector<float>> kept;
  auto& floats = kept[&kernels];
  floats.resize(kernels.workspace);
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
  torch::Tensor gradients;  ///< of all parameters, one after the other, as they lie
};

float* pointer(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

Learned learn_on_processor(const TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
                           double positive_weight, const TornadoCnn::Dropout& dropout) {
  const torch::NoGradGuard no_grad;
  const PackedWeights weights(network);
  const GradientLayout layout(network);
  const auto patches = patches_of(input), targets = target.contiguous();
  const std::int64_t n = input.size(0), shard = shard_size(n), shards = (n + shard - 1) / shard;
  auto logits = torch::empty({n}), losses = torch::empty({n}), partial = torch::zeros({shards, layout.size()});
  const TornadoSamples samples{
      patches.data_ptr<float>(),   {pointer(dropout[0]), pointer(dropout[1]), pointer(dropout[2])},
      targets.data_ptr<float>(),   static_cast<float>(positive_weight),
      network.options().pool_last, logits.data_ptr<float>(),
      losses.data_ptr<float>()};
  const TornadoKernels& kernels = *processor_kernels(network);
  at::parallel_for(0, shards, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t s = first; s < last; ++s)
      kernels.learn(weights.pointers, samples, s * shard, std::min(n, (s + 1) * shard), workspace(kernels),
                    layout.pointers(partial.data_ptr<float>() + s * layout.size()));
  });
  auto total = partial[0];
  for (std::int64_t s = 1; s < shards; ++s) total += partial[s];
  return {losses.mean(), logits, layout.unpack(total / static_cast<double>(n), network.parameters())};
}

#ifdef STORMSWEEP_CUDA

TornadoCudaWeights cuda_weights(const TornadoCnn& network) {
  TornadoCudaWeights weights{};
  for (std::size_t i = 0; i < layers; ++i) {
    weights.weight[i] = pointer(network.convolution(i)->weight);
    weights.bias[i] = pointer(network.convolution(i)->bias);
  }
  weights.dense = pointer(network.dense()->weight);
  weights.dense_bias = pointer(network.dense()->bias);
  return weights;
}

Learned learn_on_gpu(const TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
                     double positive_weight, const TornadoCnn::Dropout& dropout) {
  const torch::NoGradGuard no_grad;
  const auto patches = patches_of(input), targets = target.contiguous();
  const std::int64_t n = input.size(0), blocks = tornado_cuda_blocks(input.device().index());
  const auto logits = torch::empty({n}, input.options()), losses = torch::empty_like(logits);
  const auto sums = torch::empty({blocks, tornado_cuda_sums}, input.options()), gradients = torch::empty_like(sums[0]);
  const TornadoSamples samples{pointer(patches),
                               {pointer(dropout[0]), pointer(dropout[1]), pointer(dropout[2])},
                               pointer(targets),
                               static_cast<float>(positive_weight),
                               network.options().pool_last,
                               pointer(logits),
                               pointer(losses)};
  tornado_cuda_learn(cuda_weights(network), samples, n, static_cast<int>(blocks), pointer(sums), pointer(gradients),
                     rounds(network), c10::cuda::getCurrentCUDAStream());
  return {losses.mean(), logits, gradients};
}

#endif

Learned learn(const TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
              double positive_weight, const TornadoCnn::Dropout& dropout) {
#ifdef STORMSWEEP_CUDA
  if (input.is_cuda()) return learn_on_gpu(network, input, target, positive_weight, dropout);
#endif
  return learn_on_processor(network, input, target, positive_weight, dropout);
}

/// Its backward pass hands the gradients, computed already, to the parameters.
struct HandOver : torch::autograd::Function<HandOver> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, at::TensorList parameters,
                               const Learned& learned) {
    torch::autograd::variable_list saved(parameters.begin(), parameters.end());
    saved.push_back(learned.gradients);
    context->save_for_backward(saved);
    return learned.loss;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    auto gradients = context->get_saved_variables();
    const torch::Tensor all = gradients.back() * slopes[0];
    std::int64_t first = 0;
    for (std::size_t i = 0; i + 1 < gradients.size(); ++i) {
      const torch::Tensor& parameter = gradients[i];
      const std::int64_t last = first + parameter.numel();
      gradients[i] = all.slice(0, std::exchange(first, last), last).view(parameter.sizes());
    }
    gradients.back() = torch::Tensor();  // `learned` has no gradient
    return gradients;
  }
};

}  // namespace

TornadoPath fastest_path(const TornadoCnn& network, const torch::Tensor& input) {
  const auto type = network.options().convolution_type;
  bool served = input.is_cpu() && processor_kernels(network);
#ifdef STORMSWEEP_CUDA
  if (input.is_cuda()) served = tornado_cuda_blocks(input.device().index()) > 0;
#endif
  return served && (type == torch::kFloat32 || rounds(network)) ? TornadoPath::kernels : TornadoPath::layers;
}

bool tornado_gains_from_bfloat16() {
  return tornado_amx_kernels() != nullptr;
}

TornadoLoss tornado_loss(TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
                         double positive_weight, TornadoPath path) {
  const auto dropout = network.draw_dropout(input);
  if (path == TornadoPath::kernels) {
    const auto learned = learn(network, input, target, positive_weight, dropout);
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
  const auto patches = patches_of(input);
  auto logits = torch::empty({input.size(0)}, input.options());
  TornadoSamples samples{};
  samples.patches = pointer(patches);
  samples.pool_last = network.options().pool_last;
  samples.logits = pointer(logits);
#ifdef STORMSWEEP_CUDA
  if (input.is_cuda()) {
    tornado_cuda_predict(cuda_weights(network), samples, input.size(0), tornado_cuda_blocks(input.device().index()),
                         rounds(network), c10::cuda::getCurrentCUDAStream());
    return logits;
  }
#endif
  const PackedWeights weights(network);
  const TornadoKernels& kernels = *processor_kernels(network);
  at::parallel_for(0, input.size(0), shard_size(input.size(0)), [&](std::int64_t first, std::int64_t last) {
    kernels.predict(weights.pointers, samples, first, last, workspace(kernels));
  });
  return logits;
}

}  // namespace stormsweep
