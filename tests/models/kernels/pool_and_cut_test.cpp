#include "models/kernels/pool_and_cut.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <tuple>
#include <utility>

using namespace stormsweep;

TEST_CASE("pool and cut: LibTorch's own layers, forward and backward, odd sides too") {
  torch::manual_seed(2);
  for (const auto& [height, width] : {std::pair{20, 34}, std::pair{21, 33}}) {
    const auto values = torch::randn({2, 3, height, width});
    const MapPart part{5, 7, 11, 19};
    auto ours = values.clone().requires_grad_(), theirs = values.clone().requires_grad_();
    const auto [pooled, cut] = pool_and_cut(ours * 1, part);
    const auto pooled_twin = torch::avg_pool2d(theirs, 2), cut_twin = theirs.narrow(2, 5, 11).narrow(3, 7, 19);
    CHECK(torch::allclose(pooled, pooled_twin, 1e-6, 1e-7));
    CHECK(torch::equal(cut, cut_twin));
    (pooled.square().sum() + cut.pow(3).sum()).backward();
    (pooled_twin.square().sum() + cut_twin.pow(3).sum()).backward();
    CHECK(torch::allclose(ours.grad(), theirs.grad(), 1e-5, 1e-6));
  }
}
