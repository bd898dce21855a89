#include "models/kernels/sparse_activation.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/kernels/sparse_draw.hpp"

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("an activation keeps its share of what is positive, scaled, and its gradient where it kept") {
  torch::manual_seed(3);
  const auto map = torch::randn({1, 4, 200, 200}), copy = map.clone();
  const auto leaf = map.clone().requires_grad_();
  const auto result = sparse_activation(leaf * 1, 0.2);
  const auto kept = result > 0;
  CHECK(torch::allclose(result.masked_select(kept), copy.masked_select(kept) / 0.8));
  CHECK((kept.sum().item<double>() / (copy > 0).sum().item<double>()) == Approx(0.8).epsilon(0.01));
  CHECK_FALSE((kept & (copy <= 0)).any().item<bool>());
  result.sum().backward();
  CHECK(torch::allclose(leaf.grad(), kept.to(torch::kFloat32) / 0.8));
  const auto again = sparse_activation(copy.clone(), 0.2);
  CHECK_FALSE(torch::equal(again, result));
  torch::manual_seed(5);
  const auto first = sparse_activation(copy.clone(), 0.5);
  torch::manual_seed(5);
  CHECK(torch::equal(first, sparse_activation(copy.clone(), 0.5)));
  CHECK(torch::equal(sparse_activation(copy.clone(), 0), copy.relu()));
}

TEST_CASE("NaN stays NaN") {
  torch::manual_seed(3);
  const auto map = torch::full({1, 1, 100, 100}, NAN);
  const double share = torch::isnan(sparse_activation(map.clone(), 0.2)).to(torch::kFloat32).mean().item<double>();
  CHECK(share == Approx(0.8).epsilon(0.02));
  CHECK(torch::isnan(sparse_activation(map.clone(), 0)).all().item<bool>());
}

TEST_CASE("each number is drawn by its place, to the same bits by vectors of any kind and any number of threads") {
  const int threads = torch::get_num_threads();
  for (const auto type : {torch::kFloat32, torch::kBFloat16})
    for (const std::int64_t side : {1, 3, 8, 463}) {
      const auto map = torch::randn({1, 1, side, side}).to(type);
      torch::manual_seed(7);
      SparseDraw draw(0.3);
      draw.seed(torch::empty({1}, torch::kInt64).random_().item<std::int64_t>());
      auto expected = map.clone().to(torch::kFloat32);
      auto* values = expected.data_ptr<float>();
      for (std::int64_t i = 0; i < map.numel(); ++i)
        values[i] = draw.activation(values[i], static_cast<std::uint32_t>(i));
      for (const int some : {1, 3}) {
        torch::set_num_threads(some);
        torch::manual_seed(7);
        CHECK(torch::equal(sparse_activation(map.clone(), 0.3), expected.to(type)));
      }
    }
  torch::set_num_threads(threads);
}

TEST_CASE("a bias is added before, and its gradient is the sum over all pixels") {
  torch::manual_seed(3);
  const auto map = torch::randn({2, 3, 5, 7}).requires_grad_(), bias = torch::randn({3}).requires_grad_();
  const auto expected = (map + bias.view({1, 3, 1, 1})).relu(), result = sparse_activation(map * 1, 0, bias);
  CHECK(torch::equal(result, expected));
  const auto slope = torch::randn_like(result);
  const auto gradients = torch::autograd::grad({result}, {map, bias}, {slope});
  const auto twins = torch::autograd::grad({expected}, {map, bias}, {slope});
  CHECK(torch::equal(gradients[0], twins[0]));
  CHECK(torch::allclose(gradients[1], twins[1]));
}
