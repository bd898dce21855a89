// The source of the GPU's kernel, run by threads of the processor: what needs a GPU is in tests/gpu.
#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <barrier>
#include <cmath>
#include <thread>
#include <vector>

#include "models/tornado_loss.hpp"

// What CUDA's compiler has built in.
struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

namespace {

struct Index {
  unsigned x = 0;
};
thread_local Index threadIdx;
Index blockIdx, blockDim, gridDim;

constexpr int block_threads = 512, warp = 32;
std::barrier block_barrier(block_threads);

void __syncthreads() {
  block_barrier.arrive_and_wait();
}

struct Warp {
  std::barrier<> barrier{warp};
  float values[warp] = {};
} warps[block_threads / warp];

float __shfl_xor_sync(unsigned, float value, int mask) {
  Warp& mine = warps[threadIdx.x / warp];
  mine.values[threadIdx.x % warp] = value;
  mine.barrier.arrive_and_wait();
  const float theirs = mine.values[threadIdx.x % warp ^ static_cast<unsigned>(mask)];
  mine.barrier.arrive_and_wait();
  return theirs;
}

}  // namespace

#define __device__
#define __global__
#define __shared__
#define __launch_bounds__(threads, blocks)
#include "models/kernels/tornado_cuda.cuh"

using namespace stormsweep;

namespace stormsweep {
namespace {

float4 shared_memory[(sizeof(Shared) + sizeof(float4) - 1) / sizeof(float4)];

/// A launch of `run<Rounded>`: one block after the other, whose threads all run at the same time, because they wait for
/// each other.
template <bool Rounded>
void launch_run(int blocks, const TornadoCudaWeights& weights, const TornadoSamples& samples, std::int64_t count,
                float* sums) {
  gridDim.x = static_cast<unsigned>(blocks);
  for (blockIdx.x = 0; blockIdx.x < gridDim.x; ++blockIdx.x) {
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < block_threads; ++i)
      all.emplace_back([&, i] {
        threadIdx.x = i;
        run<Rounded>(weights, samples, count, sums);
      });
  }
}

void launch_add_blocks(const float* sums, int blocks, int parameters, float scale, float* gradients) {
  blockDim.x = 64;
  for (blockIdx.x = 0; static_cast<int>(blockIdx.x * blockDim.x) < parameters; ++blockIdx.x)
    for (threadIdx.x = 0; threadIdx.x < blockDim.x; ++threadIdx.x)
      add_blocks(sums, blocks, parameters, scale, gradients);
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

TornadoCudaWeights weights_of(const TornadoCnn& network) {
  TornadoCudaWeights weights{};
  for (std::size_t i = 0; i < 3; ++i) {
    weights.weight[i] = network.convolution(i)->weight.data_ptr<float>();
    weights.bias[i] = network.convolution(i)->bias.data_ptr<float>();
  }
  weights.dense = network.dense()->weight.data_ptr<float>();
  weights.dense_bias = network.dense()->bias.data_ptr<float>();
  return weights;
}

}  // namespace
}  // namespace stormsweep

namespace {

/// Rounded to bfloat16, with the slope of the number that is not rounded.
torch::Tensor rounded(const torch::Tensor& tensor) {
  return tensor + (tensor.to(torch::kBFloat16).to(torch::kFloat32) - tensor).detach();
}

/// The loss and logits of the network whose convolutions, forward and backward, see operands in bfloat16.
TornadoLoss in_short_numbers(TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
                             double positive_weight) {
  auto x = input;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& layer = network.convolution(i);
    x = torch::conv2d(rounded(x), rounded(layer->weight), layer->bias, 1, 2);
    x.register_hook([](const torch::Tensor& slope) { return slope.to(torch::kBFloat16).to(torch::kFloat32); });
    x = x.relu();
    if (i < 2 || network.options().pool_last) x = torch::avg_pool2d(x, 2);
  }
  const auto& dense = network.dense();
  const auto logits = torch::linear(x.flatten(1), dense->weight, dense->bias).squeeze(1);
  const auto weight = torch::full({1}, positive_weight);
  return {torch::binary_cross_entropy_with_logits(logits, target, {}, weight), logits.detach()};
}

/// Runs the kernels, and checks what they write against `expected` and the gradients in `network`.
template <bool Rounded>
void check_kernels(const TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
                   const TornadoCnn::Dropout& factors, const TornadoLoss& expected, double most) {
  constexpr int blocks = 2;
  const auto count = input.size(0);
  const auto factor = [&](std::size_t i) { return factors[i].defined() ? factors[i].data_ptr<float>() : nullptr; };
  const auto patches = input.permute({0, 2, 3, 1}).contiguous();
  auto logits = torch::full({count}, NAN), losses = torch::full({count}, NAN);
  auto sums = torch::full({blocks, tornado_cuda_sums}, NAN), gradients = torch::full({tornado_cuda_sums}, NAN);
  const TornadoSamples samples{
      patches.data_ptr<float>(),   {factor(0), factor(1), factor(2)}, target.data_ptr<float>(), 3,
      network.options().pool_last, logits.data_ptr<float>(),          losses.data_ptr<float>()};
  launch_run<Rounded>(blocks, weights_of(network), samples, count, sums.data_ptr<float>());
  std::int64_t parameters = 0;
  for (const auto& parameter : network.parameters()) parameters += parameter.numel();
  launch_add_blocks(sums.data_ptr<float>(), blocks, static_cast<int>(parameters), 1.0f / static_cast<float>(count),
                    gradients.data_ptr<float>());
  CHECK(difference(logits, expected.logits) < most);
  CHECK(std::abs(losses.mean().item<double>() - expected.loss.item<double>()) < most);
  std::int64_t first = 0;
  for (const auto& parameter : network.parameters()) {
    const auto mine = gradients.slice(0, first, first + parameter.numel()).view(parameter.sizes());
    CHECK(difference(mine, parameter.grad()) < most);
    first += parameter.numel();
  }
}

}  // namespace

TEST_CASE("the GPU's kernel of the tornado network learns what LibTorch's layers do") {
  for (const bool pool_last : {false, true}) {
    CAPTURE(pool_last);
    const double dropout = pool_last ? 0 : 0.4;
    TornadoCnn network({.pool_last = pool_last, .dropout = dropout}, 11);
    torch::manual_seed(1);
    const auto input = torch::randn({3, 3, 32, 32});
    const auto target = torch::tensor({0.0f, 1.0f, 0.0f});
    torch::manual_seed(5);
    const auto expected = tornado_loss(network, input, target, 3, TornadoPath::layers);
    expected.loss.backward();
    torch::manual_seed(5);
    check_kernels<false>(network, input, target, network.draw_dropout(input), expected, 1e-5);
  }
}

TEST_CASE("and in bfloat16 what layers with operands of that do") {
  for (const bool pool_last : {false, true}) {
    CAPTURE(pool_last);
    TornadoCnn network({.pool_last = pool_last}, 11);
    torch::manual_seed(1);
    const auto input = torch::randn({4, 3, 32, 32});
    const auto target = torch::tensor({0.0f, 1.0f, 0.0f, 0.0f});
    const auto expected = in_short_numbers(network, input, target, 3);
    expected.loss.backward();
    // Four samples, so that a slope and its quarter are rounded alike. A sum in another order may be rounded to the
    // other side, for one operand in some thousands.
    check_kernels<true>(network, input, target, {}, expected, 1e-3);
    const auto whole = tornado_loss(network, input, target, 3, TornadoPath::layers);
    CHECK(difference(whole.logits, expected.logits) > 3e-4);
  }
}
