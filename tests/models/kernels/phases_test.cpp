#include "models/kernels/phases.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <utility>

using namespace stormsweep;

TEST_CASE("phases: those of pixel_unshuffle, forward and backward, of odd sides too") {
  torch::manual_seed(2);
  for (const auto& [height, width] : {std::pair{12, 18}, std::pair{11, 17}}) {
    const auto values = torch::randn({2, 3, height, width});
    auto ours = values.clone().requires_grad_(), theirs = values.clone().requires_grad_();
    const auto phases = phases_of(ours);
    const auto twin = torch::pixel_unshuffle(torch::constant_pad_nd(theirs, {0, width % 2, 0, height % 2}), 2);
    REQUIRE(torch::equal(phases, twin));
    phases.pow(3).sum().backward();
    twin.pow(3).sum().backward();
    CHECK(torch::equal(ours.grad(), theirs.grad()));
  }
}

TEST_CASE("a convolution of stride 2 is one of stride 1 of the phases") {
  torch::manual_seed(3);
  const auto images = torch::randn({2, 3, 31, 40}), weight = torch::randn({5, 3, 7, 7});
  const auto expected = torch::conv2d(images, weight, {}, 2);
  const auto result = torch::conv2d(phases_of(images), weight_of_phases(weight));
  CHECK(torch::allclose(result.narrow(3, 0, expected.size(3)), expected, 1e-4, 1e-4));
  CHECK(result.sizes() == expected.sizes());
  const auto last = images.contiguous(torch::MemoryFormat::ChannelsLast);
  const auto of_last = torch::conv2d(phases_of_last(last), phases_of_last(weight));
  CHECK(torch::allclose(of_last, expected, 1e-4, 1e-4));
  CHECK(phases_of_last(last).is_contiguous(torch::MemoryFormat::ChannelsLast));
}
