// The source of the GPU's kernels, run by a thread of the processor; tests/gpu runs it on a GPU.
#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cstdint>

#include "models/kernels/sparse_activation.hpp"

namespace {

struct Index {
  unsigned x = 0;
};
Index threadIdx, blockIdx, blockDim, gridDim;

}  // namespace

#define __device__
#define __global__
#include "models/kernels/activation_cuda.cuh"

using namespace stormsweep;

namespace {

/// Two blocks of three threads, fewer than there are packs.
template <class Work>
void launch(const Work& work) {
  gridDim.x = 2, blockDim.x = 3;
  for (blockIdx.x = 0; blockIdx.x < gridDim.x; ++blockIdx.x)
    for (threadIdx.x = 0; threadIdx.x < blockDim.x; ++threadIdx.x) work();
}

template <int Size>
void check(double rate) {
  constexpr int channels = 8, pixels = 5;
  torch::manual_seed(3);
  const auto sums = torch::randn({pixels, channels}), bias = torch::randn({channels});
  // The processor's own draw from the same seed.
  torch::manual_seed(7);
  const std::int64_t seed = torch::empty({1}, torch::kInt64).random_().item<std::int64_t>();
  torch::manual_seed(7);
  auto expected = sums + bias;
  activate_sparsely(expected, rate);

  auto values = sums.clone();
  launch([&] {
    activate<float, Size>(values.data_ptr<float>(), bias.data_ptr<float>(), values.numel(), channels, SparseDraw(rate),
                          rate > 0 ? &seed : nullptr);
  });
  CHECK(torch::equal(values, expected));
  auto with_bias = sums.clone();
  launch(
      [&] { add_bias<float, Size>(with_bias.data_ptr<float>(), bias.data_ptr<float>(), with_bias.numel(), channels); });
  CHECK(torch::equal(with_bias, sums + bias));

  // The slope lies among the channels of a wider map, like that of a map that was concatenated with others.
  const auto wide = torch::randn({pixels, 2 * channels}), slope = wide.narrow(1, channels, channels);
  auto result = torch::empty_like(values);
  launch([&] {
    activation_slope<float, Size>(values.data_ptr<float>(), slope.data_ptr<float>(), slope.stride(0),
                                  result.data_ptr<float>(), result.numel(), channels, SparseDraw(rate));
  });
  CHECK(torch::allclose(result, sparse_activation_slope(expected, slope, rate)));
}

}  // namespace

TEST_CASE("the GPU's kernels of activation keep what the processor keeps, and their slopes") {
  for (const double rate : {0.0, 0.2}) {
    check<1>(rate);
    check<4>(rate);
  }
}
