#include "models/tornado_loss.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/kernels/tornado_kernels.hpp"
#include "tests/models/measures.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

struct Learned {
  TornadoLoss loss;
  std::vector<torch::Tensor> gradients;
};

Learned learn(const TornadoCnnOptions& options, const torch::Tensor& input, const torch::Tensor& target,
              double positive_weight, TornadoPath path) {
  TornadoCnn network(options, 11);
  torch::manual_seed(5);  // of the dropout
  Learned learned{tornado_loss(network, input, target, positive_weight, path), {}};
  (learned.loss.loss * 2).backward();
  for (const auto& parameter : network.parameters()) learned.gradients.push_back(parameter.grad());
  return learned;
}

/// How far two sums over the same n samples and their 32 x 32 pixels may lie apart, relative to the sum: for terms of
/// random signs, whose partial sums float32 rounds by up to 2^-24 each, by 2^-24 sqrt(terms / 2); and the terms differ
/// as the logits do.
double summing_tolerance(std::int64_t n) {
  return 1e-5 + std::ldexp(std::sqrt(static_cast<double>(n) * 32 * 32 / 2), -24);
}

/// The types for which there are kernels.
std::vector<torch::ScalarType> types_with_kernels() {
  std::vector<torch::ScalarType> types;
  if (tornado_kernels()) types = {torch::kFloat32, torch::kBFloat16};
  return types;
}

torch::Tensor to_bfloat16(const torch::Tensor& numbers) {
  return numbers.to(torch::kBFloat16).to(torch::kFloat64);
}

/// Rounds numbers, and not their gradients.
torch::Tensor rounded(const torch::Tensor& numbers) {
  return numbers + (to_bfloat16(numbers) - numbers).detach();
}

/// Rounds gradients, and not their numbers.
torch::Tensor with_rounded_gradient(const torch::Tensor& numbers) {
  return to_bfloat16(numbers - numbers.detach()) + numbers.detach();
}

/// The result of `learn` in float64, with bfloat16 numbers only in the products of the convolutions.
Learned learn_rounded(const TornadoCnnOptions& options, const torch::Tensor& input, const torch::Tensor& target,
                      double positive_weight) {
  TornadoCnn network(options, 11);
  torch::manual_seed(5);
  const auto dropout = network.draw_dropout(input);
  network.to(torch::kFloat64);
  auto x = to_bfloat16(input);
  for (std::size_t i = 0; i < TornadoCnn::layers; ++i) {
    const auto& layer = network.convolution(i);
    x = with_rounded_gradient(torch::conv2d(rounded(x), rounded(layer->weight), {}, 1, 2));
    x = torch::relu(x + layer->bias.view({1, -1, 1, 1}));
    if (dropout[i].defined()) x = x * dropout[i].unsqueeze(2).unsqueeze(3);
    if (i < 2 || options.pool_last) x = torch::avg_pool2d(x, 2);
  }
  auto dense = network.dense();
  const auto logits = dense(x.flatten(1)).squeeze(1), weight = torch::full({1}, positive_weight, logits.options());
  const auto sum =
      torch::binary_cross_entropy_with_logits(logits, target.to(logits.dtype()), {}, weight, at::Reduction::Sum);
  const auto n = static_cast<double>(input.size(0));
  auto gradients = torch::autograd::grad({sum}, network.parameters());
  for (auto& gradient : gradients) gradient = gradient * 2 / n;
  return {{sum / n, logits}, gradients};
}

torch::Tensor draw_input(std::int64_t n) {
  torch::manual_seed(1);
  return torch::randn({n, 3, 32, 32}).contiguous(torch::MemoryFormat::ChannelsLast);
}
torch::Tensor draw_target(std::int64_t n) {
  return (torch::rand({n}) < 0.3).to(torch::kFloat32);
}

}  // namespace

TEST_CASE("loss, logits and gradients by kernels equal those by LibTorch's layers") {
  if (!tornado_kernels()) return;
  for (const bool pool_last : {false, true})
    for (const double dropout : {0.0, 0.4})
      for (const std::int64_t n : {1, 13, 600}) {
        const TornadoCnnOptions options{.pool_last = pool_last, .dropout = dropout};
        const auto input = draw_input(n), target = draw_target(n);
        const auto layers = learn(options, input, target, 3, TornadoPath::layers);
        const auto kernels = learn(options, input, target, 3, TornadoPath::kernels);
        CAPTURE(pool_last);
        CAPTURE(dropout);
        CAPTURE(n);
        CHECK(kernels.loss.loss.item<double>() == Approx(layers.loss.loss.item<double>()).epsilon(1e-5));
        CHECK(relative_difference(kernels.loss.logits, layers.loss.logits) < 1e-5);
        for (std::size_t i = 0; i < layers.gradients.size(); ++i)
          CHECK(relative_difference(kernels.gradients[i], layers.gradients[i]) < summing_tolerance(n));
      }
}

TEST_CASE("in bfloat16 they equal those of float64 whose operands are rounded") {
  if (!tornado_kernels()) return;
  for (const bool pool_last : {false, true})
    for (const double dropout : {0.0, 0.4})
      for (const std::int64_t n : {1, 13, 600}) {
        const TornadoCnnOptions options{
            .pool_last = pool_last, .dropout = dropout, .convolution_type = torch::kBFloat16};
        const auto input = draw_input(n), target = draw_target(n);
        const auto twin = learn_rounded(options, input, target, 3);
        const auto kernels = learn(options, input, target, 3, TornadoPath::kernels);
        CAPTURE(pool_last);
        CAPTURE(dropout);
        CAPTURE(n);
        CHECK(kernels.loss.loss.item<double>() == Approx(twin.loss.loss.item<double>()).epsilon(1e-4));
        CHECK(relative_difference(kernels.loss.logits, twin.loss.logits) < 1e-3);
        // Sums in different orders are sometimes rounded to neighbours, which are 2^-8 apart.
        for (std::size_t i = 0; i < twin.gradients.size(); ++i)
          CHECK(relative_difference(kernels.gradients[i], twin.gradients[i]) < 2e-3);
      }
}

TEST_CASE("logits without a graph equal the network's own in evaluation, for any memory format") {
  TornadoCnn network({.dropout = 0.5}, 2);
  network.eval();
  const auto input = draw_input(37), expected = network.forward(input).detach();
  for (const auto path : {TornadoPath::layers, fastest_path(network, input)}) {
    CHECK(relative_difference(tornado_logits(network, input, path), expected) < 1e-5);
    CHECK(relative_difference(tornado_logits(network, input.contiguous(), path), expected) < 1e-5);
  }
}

TEST_CASE("logits in bfloat16 are those of training") {
  TornadoCnn network({.convolution_type = torch::kBFloat16}, 2);
  const auto input = draw_input(37);
  const auto path = fastest_path(network, input);
  CHECK(path == (tornado_kernels() ? TornadoPath::kernels : TornadoPath::layers));
  CHECK(torch::equal(tornado_logits(network, input, path),
                     tornado_loss(network, input, draw_target(37), 1, path).logits));
}

TEST_CASE("kernels give the same bits on any number of threads") {
  const auto input = draw_input(100), target = draw_target(100);
  const auto threads = at::get_num_threads();
  for (const auto type : types_with_kernels()) {
    const TornadoCnnOptions options{.dropout = 0.2, .convolution_type = type};
    at::set_num_threads(1);
    const auto one = learn(options, input, target, 1, TornadoPath::kernels);
    at::set_num_threads(2);
    const auto two = learn(options, input, target, 1, TornadoPath::kernels);
    at::set_num_threads(threads);
    CHECK(torch::equal(one.loss.logits, two.loss.logits));
    for (std::size_t i = 0; i < one.gradients.size(); ++i) CHECK(torch::equal(one.gradients[i], two.gradients[i]));
  }
}

TEST_CASE("a logit without bound has a finite loss") {
  TornadoCnn network({}, 1);
  const auto input = draw_input(4) * 1e6;
  for (const auto path : {TornadoPath::layers, fastest_path(network, input)}) {
    const auto [loss, logits] = tornado_loss(network, input, torch::zeros({4}), 1, path);
    CHECK(logits.abs().max().item<double>() > 1000);
    CHECK(std::isfinite(loss.item<double>()));
  }
}

TEST_CASE("NaN stays NaN, by kernels too: a training that has diverged must show it") {
  auto input = draw_input(3);
  input[1][0][5][7] = NAN;
  const auto check = [&](const TornadoCnnOptions& options, TornadoPath path) {
    const auto learned = learn(options, input, draw_target(3), 1, path);
    CHECK(std::isnan(learned.loss.loss.item<double>()));
    CHECK(torch::isnan(learned.loss.logits).equal(torch::tensor({false, true, false})));
    for (const auto& gradient : learned.gradients) CHECK(torch::isnan(gradient).any().item<bool>());
  };
  check({}, TornadoPath::layers);
  for (const auto type : types_with_kernels()) {
    check({.convolution_type = type}, TornadoPath::kernels);
    const auto next = learn({.convolution_type = type}, draw_input(3), draw_target(3), 1, TornadoPath::kernels);
    for (const auto& gradient : next.gradients) CHECK(torch::isfinite(gradient).all().item<bool>());
  }
}
