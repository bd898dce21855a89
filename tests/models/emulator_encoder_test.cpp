#include "models/emulator_encoder.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <string>

#include "tests/models/measures.hpp"

using namespace stormsweep;

namespace {

/// The result of `encoder`, in training, for `maps`, by LibTorch's operations alone.
torch::Tensor encoder_twin(const EmulatorEncoder& encoder, const torch::Tensor& maps, EmulatorEncoding encoding) {
  const auto parameters = encoder.named_parameters();
  const auto layer = [&](const std::string& name, const torch::Tensor& map, std::int64_t stride = 1) {
    const auto of = [&](const char* what) { return parameters[name + "." + what]; };
    const auto made = torch::conv2d(map, of("weight"), of("bias"), stride, /*padding=*/1);
    return torch::batch_norm(made, of("norm.weight"), of("norm.bias"), {}, {}, true, 0, 1e-5, false).relu();
  };
  const auto dense = [&](const std::string& name, const torch::Tensor& values) {
    return torch::linear(values, parameters[name + ".weight"], parameters[name + ".bias"]);
  };
  auto map = layer("halve", layer("second", layer("first", maps)), 2);
  if (encoding == EmulatorEncoding::unet) {
    const auto low = layer("deep", layer("quarter", map, 2));
    const auto up = low.repeat_interleave(2, 2).repeat_interleave(2, 3);
    map = torch::cat({map, up.slice(2, 0, map.size(2)).slice(3, 0, map.size(3))}, 1);
  }
  map = layer("last", map);
  const auto shares = dense("excite", dense("squeeze", map.mean({2, 3})).relu()).sigmoid();
  return (map * shares.unsqueeze(2).unsqueeze(3)).permute({0, 2, 3, 1}).flatten(1);
}

}  // namespace

TEST_CASE("the emulator's encoder and its gradients are those of LibTorch's plain operations") {
  for (const auto encoding : {EmulatorEncoding::cnn, EmulatorEncoding::unet}) {
    EmulatorOptions options;
    options.encoding = encoding;
    options.height = 6, options.width = 10, options.init_dim = 8;  // a quarter of these sides is no whole number
    auto generator = at::detail::createCPUGenerator(1);
    EmulatorEncoder encoder(options, generator);
    encoder.to(torch::kFloat64);
    torch::manual_seed(2);
    const auto maps = torch::randn({4, options.channels, 6, 10}, torch::kFloat64).requires_grad_();
    const auto made = encoder.forward(maps), expected = encoder_twin(encoder, maps, encoding);
    CHECK(made.sizes() == torch::IntArrayRef{4, encoder.features()});
    // Squeeze and excitation get float32 means, whatever type the weights have.
    CHECK(relative_difference(made, expected) < 1e-7);
    auto inputs = encoder.parameters();
    inputs.push_back(maps);
    const auto slopes = torch::autograd::grad({made.cos().sum()}, inputs),
               wanted = torch::autograd::grad({expected.cos().sum()}, inputs);
    // The slopes of biases before batch norm are rounding alone.
    for (std::size_t i = 0; i < inputs.size(); ++i) CHECK(torch::allclose(slopes[i], wanted[i], 1e-6, 1e-6));
  }
}
