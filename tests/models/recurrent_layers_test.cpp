#include "models/recurrent_layers.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <tuple>

#include "tests/models/measures.hpp"

using namespace stormsweep;

TEST_CASE("recurrent layers and their gradients are LibTorch's, one way and both") {
  constexpr std::int64_t samples = 3, features = 6;
  for (const auto memory : {EmulatorMemory::gru, EmulatorMemory::lstm})
    for (const bool both : {false, true}) {
      EmulatorOptions options;
      options.window = 5, options.hidden = 4, options.layers = 3, options.dropout = 0;
      options.memory = memory, options.bidirectional = both;
      auto generator = at::detail::createCPUGenerator(1);
      RecurrentLayers layers(options, features, generator);
      layers.to(torch::kFloat64);
      torch::manual_seed(2);
      const auto months = torch::randn({samples, options.window, features}, torch::kFloat64).requires_grad_();
      const auto made = layers.forward(layers.enter(months));

      const std::int64_t ways = both ? 2 : 1;
      const auto start = torch::zeros({options.layers * ways, samples, options.hidden}, torch::kFloat64);
      const auto weights = layers.parameters();
      const auto ends = memory == EmulatorMemory::gru
                            ? std::get<1>(torch::gru(months, start, weights, true, options.layers, 0, true, both, true))
                            : std::get<1>(torch::lstm(months, {start, start}, weights, true, options.layers, 0, true,
                                                      both, /*batch_first=*/true));
      const auto expected = ends.slice(0, -ways).transpose(0, 1).flatten(1);
      CHECK(relative_difference(made, expected) < 1e-12);
      auto inputs = weights;
      inputs.push_back(months);
      const auto slopes = torch::autograd::grad({made.cos().sum()}, inputs),
                 wanted = torch::autograd::grad({expected.cos().sum()}, inputs);
      for (std::size_t i = 0; i < inputs.size(); ++i) CHECK(relative_difference(slopes[i], wanted[i]) < 1e-11);
    }
}
