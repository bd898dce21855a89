// The tornado network's kernels for GPUs, compared with LibTorch's layers there. The same source runs on a processor in
// tests/models/kernels/tornado_cuda_test.cpp.
#include <torch/utils.h>

#include <vector>

#include "models/tornado_cnn.hpp"
#include "models/tornado_loss.hpp"
#include "tests/gpu/gpu.hpp"

using namespace stormsweep;

namespace {

struct Trained {
  torch::Tensor loss, logits, evaluated, gradients;
};

Trained learn(const torch::Device& gpu, const TornadoCnnOptions& options, std::int64_t n, TornadoPath path) {
  TornadoCnn network(options, 11);
  network.to(gpu);
  torch::manual_seed(5);
  const auto input = torch::randn({n, 3, 32, 32}, gpu).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto target = (torch::rand({n}, gpu) < 0.3).to(torch::kFloat32);
  const auto result = tornado_loss(network, input, target, 3, path);
  (result.loss * 2).backward();
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : network.parameters()) gradients.push_back(parameter.grad().flatten());
  return {result.loss.detach(), result.logits, tornado_logits(network, input, path), torch::cat(gradients)};
}

}  // namespace

TEST_CASE("on a GPU the tornado network's kernels learn what its layers do, and the same bits again") {
  REQUIRE_GPU(gpu);
  if (fastest_path(TornadoCnn({}, 1), torch::empty({0}, gpu)) == TornadoPath::layers) {
    MESSAGE("SKIPPED: the GPU has too little shared memory");
    return;
  }
  for (const bool pool_last : {false, true})
    for (const double dropout : {0.0, 0.4})
      for (const std::int64_t n : {1, 13, 600, 9000}) {
        const TornadoCnnOptions options{.pool_last = pool_last, .dropout = dropout};
        CAPTURE(pool_last);
        CAPTURE(dropout);
        CAPTURE(n);
        const auto layers = learn(gpu, options, n, TornadoPath::layers);
        const auto kernels = learn(gpu, options, n, TornadoPath::kernels);
        CHECK(relative_difference(kernels.loss, layers.loss) < 1e-5);
        CHECK(relative_difference(kernels.logits, layers.logits) < 1e-5);
        CHECK(relative_difference(kernels.evaluated, layers.evaluated) < 1e-5);
        CHECK(relative_difference(kernels.gradients, layers.gradients) < 1e-4);  // cuDNN's own rounding
        const auto again = learn(gpu, options, n, TornadoPath::kernels);
        CHECK(again.logits.equal(kernels.logits));
        CHECK(again.gradients.equal(kernels.gradients));
      }
}

TEST_CASE("in bfloat16 they learn what its layers do there, to the rounding of short numbers") {
  REQUIRE_GPU(gpu);
  const TornadoCnnOptions options{.dropout = 0, .convolution_type = torch::kBFloat16};
  if (fastest_path(TornadoCnn(options, 1), torch::empty({0}, gpu)) == TornadoPath::layers) {
    MESSAGE("SKIPPED: the GPU has too little shared memory");
    return;
  }
  const auto exact = learn(gpu, {.dropout = 0}, 600, TornadoPath::kernels);
  const auto layers = learn(gpu, options, 600, TornadoPath::layers);
  const auto kernels = learn(gpu, options, 600, TornadoPath::kernels);
  const double of_layers = relative_difference(layers.gradients, exact.gradients);
  const double of_kernels = relative_difference(kernels.gradients, exact.gradients);
  MESSAGE("gradients in bfloat16 beside float32: layers " << of_layers << ", kernels " << of_kernels);
  CHECK(of_kernels > 1e-4);
  CHECK(of_kernels < 2 * of_layers);
  CHECK(relative_difference(kernels.loss, layers.loss) < 1e-2);
  CHECK(relative_difference(kernels.evaluated, kernels.logits) < 1e-6);
}
