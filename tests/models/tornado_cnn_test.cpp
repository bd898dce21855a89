#include "models/tornado_cnn.hpp"
#include "tests/models/measures.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>

using namespace stormsweep;
using doctest::Approx;

namespace {}  // namespace

TEST_CASE("the tornado network has the published size") {
  TornadoCnn network({}, 1);
  CHECK(count_parameters(network) == 18705);
  CHECK(network.forward_flops() == 4509696);
  CHECK(network.forward(torch::zeros({7, 3, 32, 32})).sizes() == torch::IntArrayRef{7});

  TornadoCnn pooled({.pool_last = true}, 1);
  CHECK(count_parameters(pooled) == 17169);
  CHECK(pooled.forward_flops() == 4506624);
  CHECK(pooled.forward(torch::zeros({7, 3, 32, 32})).sizes() == torch::IntArrayRef{7});
}

TEST_CASE("weights depend on the seed alone and keep to PyTorch's bounds") {
  torch::manual_seed(5);
  const auto before = torch::rand({1}).item<float>();
  const TornadoCnn first({}, 42), same({}, 42), other({}, 43);
  const auto a = first.parameters(), b = same.parameters(), c = other.parameters();
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(torch::equal(a[i], b[i]));
    CHECK_FALSE(torch::equal(a[i], c[i]));
  }
  torch::manual_seed(6);
  CHECK(torch::equal(TornadoCnn({}, 42).parameters()[0], a[0]));
  CHECK(before >= 0);

  const auto weight = first.convolution(2)->weight;  // fan in 16 * 25 = 400: bound 0.05, deviation 0.05 / sqrt(3)
  CHECK(weight.abs().max().item<double>() <= 0.05);
  CHECK(weight.abs().max().item<double>() > 0.0495);
  CHECK(weight.std().item<double>() == Approx(0.05 / std::sqrt(3)).epsilon(0.02));
}

TEST_CASE("a network of ones computes what a hand computes") {
  TornadoCnn network({}, 1);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : network.parameters()) parameter.fill_(1);
  network.convolution(1)->weight.fill_(0);  // its output is then its bias, 1, whatever comes before
  // conv 3 counts the points of its 5x5 window inside the 8x8 map (34 of 40 in each direction), times 16 channels, plus
  // bias; the dense unit sums 32 channels of it, plus bias.
  const double expected = 32 * (16 * 34 * 34 + 64) + 1;
  CHECK(network.forward(torch::rand({1, 3, 32, 32})).item<double>() == Approx(expected));
}

TEST_CASE("gradients agree with finite differences") {
  TornadoCnn network({}, 3);
  network.to(torch::kFloat32);
  torch::manual_seed(1);
  const auto input = torch::randn({4, 3, 32, 32});
  const auto loss = [&] { return network.forward(input).square().mean(); };
  loss().backward();
  for (auto& parameter : network.parameters()) {
    const auto direction = parameter.grad() / parameter.grad().norm();
    const double slope = (parameter.grad() * direction).sum().item<double>(), step = 1e-2;
    const torch::NoGradGuard no_grad;
    parameter.add_(direction, step);
    const double up = loss().item<double>();
    parameter.add_(direction, -2 * step);
    const double down = loss().item<double>();
    parameter.add_(direction, step);
    CHECK((up - down) / (2 * step) == Approx(slope).epsilon(0.02));
  }
}

TEST_CASE("dropout drops whole channels, in training only, and keeps the mean") {
  TornadoCnn network({.dropout = 0.25}, 1);
  torch::manual_seed(1);
  const auto masks = network.draw_dropout(torch::zeros({1000, 3, 32, 32}));
  for (std::size_t i = 0; i < masks.size(); ++i) {
    CHECK(masks[i].sizes() == torch::IntArrayRef{1000, TornadoCnn::channels[i + 1]});
    CHECK(((masks[i] == 0) | (masks[i] == 1 / 0.75F)).all().item<bool>());
    CHECK(masks[i].mean().item<double>() == Approx(1).epsilon(0.02));
  }
  const auto input = torch::randn({8, 3, 32, 32});
  CHECK_FALSE(torch::equal(network.forward(input), network.forward(input)));
  network.eval();
  CHECK(torch::equal(network.forward(input), network.forward(input)));
  TornadoCnn plain({}, 1);
  CHECK(torch::equal(network.forward(input), plain.forward(input)));
}

TEST_CASE("bf16 convolutions stay near float32, with float32 weights, logits and gradients") {
  TornadoCnn exact({}, 1), rounded({.convolution_type = torch::kBFloat16}, 1);
  torch::manual_seed(1);
  const auto input = torch::randn({8, 3, 32, 32});
  const auto logits = rounded.forward(input);
  CHECK(logits.dtype() == torch::kFloat32);
  CHECK(torch::allclose(logits, exact.forward(input), 0.05, 0.01));
  CHECK_FALSE(torch::equal(logits, exact.forward(input)));
  logits.sum().backward();
  for (const auto& parameter : rounded.parameters()) CHECK(parameter.grad().dtype() == torch::kFloat32);
}
