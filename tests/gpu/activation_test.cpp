#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/kernels/sparse_activation.hpp"
#include "tests/gpu/gpu.hpp"

using namespace stormsweep;

TEST_CASE("ReLU and dropout in one pass keep their share, scaled, and the slope of what they kept") {
  REQUIRE_GPU(gpu);
  constexpr double rate = 0.25;
  for (const auto type : {torch::kFloat32, torch::kBFloat16, torch::kFloat16})
    for (const std::int64_t channels : {3, 64}) {  // one number at a time, and sixteen bytes
      CAPTURE(channels);
      torch::manual_seed(3);
      const auto options = torch::TensorOptions(gpu).dtype(type);
      const auto map = torch::randn({2, channels, 90, 70}, options).contiguous(torch::MemoryFormat::ChannelsLast);
      const auto bias = torch::randn({channels}, options);
      const auto leaf = map.clone().requires_grad_(), own_bias = bias.clone().requires_grad_();
      const auto result = sparse_activation(leaf * 1, rate, own_bias);
      const auto sums = (map.to(torch::kFloat32) + bias.to(torch::kFloat32).view({1, channels, 1, 1}));
      const auto kept = result > 0;
      CHECK(torch::equal(result, torch::where(kept, sums / (1 - rate), 0).to(type)));
      CHECK_FALSE((kept & (sums <= 0)).any().item<bool>());
      CHECK((kept.sum().item<double>() / (sums > 0).sum().item<double>()) == doctest::Approx(1 - rate).epsilon(0.02));

      // Its gradient lies among the channels of a wider map, as after torch::cat.
      const auto wide = torch::randn({2, 2 * channels, 90, 70}, options).contiguous(torch::MemoryFormat::ChannelsLast);
      const auto slope = wide.narrow(1, channels, channels);
      const auto gradients = torch::autograd::grad({result}, {leaf, own_bias}, {slope});
      const auto expected = torch::where(kept, slope.to(torch::kFloat32) / (1 - rate), 0).to(type);
      CHECK(torch::equal(gradients[0], expected));
      CHECK(torch::allclose(gradients[1].to(torch::kFloat32), expected.to(torch::kFloat32).sum({0, 2, 3}), 1e-2, 1e-1));
      CHECK_FALSE(torch::equal(sparse_activation(map.clone(), rate, bias), result));
      CHECK(torch::equal(biased(map.clone(), bias), sums.to(type)));
    }
}
