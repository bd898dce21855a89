// The kernels for Intel's matrix units, compiled with amx_in_software.hpp, beside those for vector units, which their
// own tests compare to LibTorch: so that they are tested where there are no matrix units.
#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/kernels/bfloat16_kernels.hpp"
#include "models/kernels/tornado_kernels.hpp"
#include "tests/models/measures.hpp"

namespace stormsweep {

extern const Bfloat16Kernels bfloat16_kernels_in_software, bfloat16_kernels_avx512;
extern const TornadoKernels tornado_kernels_in_software;

}  // namespace stormsweep

using namespace stormsweep;

namespace {

std::uint16_t* numbers(const torch::Tensor& tensor) {
  return reinterpret_cast<std::uint16_t*>(tensor.data_ptr<at::BFloat16>());
}

torch::Tensor draw(torch::IntArrayRef sizes) {
  return torch::randn(sizes).to(torch::kBFloat16);
}

/// `map` [height, width, channels], and its slack.
torch::Tensor convolved(const Bfloat16Kernels& kernels, const Bfloat16Sizes& sizes, const torch::Tensor& map,
                        const torch::Tensor& weight, const torch::Tensor& start) {
  const Bfloat16Weights weights{weight.data_ptr<float>(), weight.stride(0), weight.stride(1), /*turned=*/false};
  const auto result = torch::zeros_like(start), bias = torch::linspace(-1, 1, sizes.blocks() * sizes.block);
  for (std::int64_t block = 0; block < sizes.blocks(); ++block) {
    const auto packed = torch::empty({sizes.blocks() * sizes.block_weights()}, torch::kBFloat16);
    kernels.pack(sizes, weights, block, numbers(packed) + block * sizes.block_weights());
    kernels.convolve(sizes, numbers(map), numbers(packed), block, 0, sizes.positions(),
                     {bias.data_ptr<float>(), numbers(start), 0.2f, numbers(result)});
  }
  return result;
}

torch::Tensor weighed(const Bfloat16Kernels& kernels, const Bfloat16Gradient& sizes, const torch::Tensor& planes,
                      const torch::Tensor& pairs) {
  const auto positions = pairs.size(0) * 2;
  const auto sums = torch::ones({sizes.taps, sizes.padded_channels(), sizes.padded_outs()});
  for (std::int64_t channel = 0; channel < sizes.channels; channel += Bfloat16Sizes::block)
    for (std::int64_t out = 0; out < sizes.outs; out += Bfloat16Sizes::block)
      kernels.weigh(sizes, numbers(planes), numbers(pairs), 0, positions, channel, out, sums.data_ptr<float>());
  const auto gradient = torch::empty({sizes.outs, sizes.channels, sizes.taps});
  for (std::int64_t channel = 0; channel < sizes.channels; ++channel)
    kernels.unpack(sizes, sums.data_ptr<float>(), channel, gradient.data_ptr<float>());
  return gradient;
}

}  // namespace

TEST_CASE("matrix units in software: convolutions are those of vector units") {
  if (!bfloat16_kernels()) {
    MESSAGE("skipped: this processor has no instructions for bfloat16");
    return;
  }
  torch::manual_seed(6);
  struct Case {
    std::int64_t in, out, kernel;
  };
  for (const Case& c : std::vector<Case>{{5, 19, 3}, {33, 6, 5}, {7, 8, 7}, {40, 70, 1}, {48, 32, 3}, {17, 17, 2}}) {
    CAPTURE(c.in);
    const std::int64_t height = 12, width = 37;
    const Bfloat16Sizes sizes{width, c.in, height - c.kernel + 1, width - c.kernel + 1, c.out, c.kernel};
    const auto map = draw({height * width * c.in + sizes.slack()}),
               start = draw({sizes.out_height, sizes.out_width, c.out}),
               weight = torch::randn({c.out, c.in, c.kernel, c.kernel});
    CHECK(relative_difference(convolved(bfloat16_kernels_in_software, sizes, map, weight, start),
                              convolved(bfloat16_kernels_avx512, sizes, map, weight, start)) < 1e-3);

    const std::vector<std::int64_t> offsets{0, 1, 5, width};
    const std::int64_t positions = 96;
    const Bfloat16Gradient gradient{positions + width + 1, c.in, c.out, std::ssize(offsets), offsets.data()};
    const auto planes = draw({gradient.padded_channels(), gradient.plane_step}),
               pairs = draw({positions / 2, gradient.padded_outs(), 2});
    CHECK(relative_difference(weighed(bfloat16_kernels_in_software, gradient, planes, pairs),
                              weighed(bfloat16_kernels_avx512, gradient, planes, pairs)) < 1e-6);
  }
}

TEST_CASE("matrix units in software: the tornado network learns as by vector units whose operands are rounded") {
  if (!bfloat16_kernels()) {
    MESSAGE("skipped: this processor has no instructions for bfloat16");
    return;
  }
  torch::manual_seed(7);
  constexpr std::int64_t n = 5, channels[4] = {3, 8, 16, 32};
  const auto rounded = [](const torch::Tensor& tensor) { return tensor.to(torch::kBFloat16).to(torch::kFloat32); };
  for (const bool pool_last : {false, true}) {
    CAPTURE(pool_last);
    const std::int64_t side = pool_last ? 4 : 8;
    std::vector<torch::Tensor> kept, counts;
    const auto keep = [&](const torch::Tensor& tensor) { return kept.emplace_back(tensor).data_ptr<float>(); };
    TornadoWeights weights{};
    for (int i = 0; i < 3; ++i) {
      const double scale = 0.2 / static_cast<double>(channels[i]);
      weights.forward[i] = keep(rounded(torch::randn({5, 5, channels[i], channels[i + 1]}) * scale));
      weights.backward[i] = keep(rounded(torch::randn({5, 5, channels[i + 1], channels[i]}) * scale));
      weights.bias[i] = keep(torch::randn({channels[i + 1]}) * 0.1);
    }
    weights.dense = keep(torch::randn({side, side, 32}) * 0.02), weights.dense_bias = 0.1f;
    TornadoSamples samples{};
    samples.patches = keep(torch::randn({n, 32, 32, 3})), samples.targets = keep(torch::rand({n}).round());
    for (int i = 0; i < 3; ++i)
      samples.dropout[i] = keep((torch::rand({n, channels[i + 1]}) < 0.7).to(torch::kFloat32));
    samples.positive_weight = 2, samples.pool_last = pool_last;

    const auto learn = [&](const TornadoKernels& kernels) {
      std::vector<torch::Tensor> made;
      const auto zeros = [&](torch::IntArrayRef sizes) {
        return made.emplace_back(torch::zeros(sizes)).data_ptr<float>();
      };
      samples.logits = zeros({n}), samples.losses = zeros({n});
      TornadoGradients gradients{};
      for (int i = 0; i < 3; ++i)
        gradients.weight[i] = zeros({5, 5, channels[i], channels[i + 1]}), gradients.bias[i] = zeros({channels[i + 1]});
      gradients.dense = zeros({side, side, 32}), gradients.dense_bias = zeros({1});
      const auto workspace = torch::zeros({static_cast<std::int64_t>(kernels.workspace)});
      kernels.learn(weights, samples, 0, n, workspace.data_ptr<float>(), gradients);
      return made;
    };
    const auto matrix = learn(tornado_kernels_in_software), vector = learn(*tornado_rounding_kernels());
    for (std::size_t i = 0; i < matrix.size(); ++i) {
      CAPTURE(i);
      CHECK(vector[i].norm().item<double>() > 0);
      CHECK(relative_difference(matrix[i], vector[i]) < 2e-3);
    }
  }
}
