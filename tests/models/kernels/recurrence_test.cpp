#include "models/kernels/recurrence.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <vector>

using namespace stormsweep;

namespace {

constexpr std::int64_t steps = 5, n = 3, features = 4, hidden = 6;

struct Weights {
  torch::Tensor input, state, input_bias, state_bias;
  explicit Weights(std::int64_t gates, torch::ScalarType type = torch::kFloat64) {
    const auto draw = [&](torch::IntArrayRef sizes) { return torch::randn(sizes, type).requires_grad_(); };
    input = draw({gates * hidden, features}), state = draw({gates * hidden, hidden});
    input_bias = draw({gates * hidden}), state_bias = draw({gates * hidden});
  }
  std::vector<torch::Tensor> all() const { return {input, state, input_bias, state_bias}; }
  torch::Tensor gates(const torch::Tensor& months) const { return torch::matmul(months, input.t()) + input_bias; }
};

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

/// Gradients of a loss that weighs every state differently.
std::vector<torch::Tensor> gradients(const torch::Tensor& states, const Weights& weights, const torch::Tensor& input) {
  const auto loss = (states * torch::arange(states.numel(), states.options()).view(states.sizes()).sin()).sum();
  auto of = weights.all();
  of.push_back(input);
  return torch::autograd::grad({loss}, of);
}

}  // namespace

TEST_CASE("gated recurrent units have the states and gradients of LibTorch's own") {
  torch::manual_seed(1);
  const Weights weights(3);
  const auto months = torch::randn({steps, n, features}, torch::kFloat64).requires_grad_();
  const auto ours = gru_states(weights.gates(months), weights.state, weights.state_bias);
  const auto theirs = std::get<0>(torch::gru(months, torch::zeros({1, n, hidden}, torch::kFloat64), weights.all(),
                                             /*has_biases=*/true, 1, 0, false, false, false));
  CHECK(difference(ours, theirs) < 1e-14);
  const auto own = gradients(ours, weights, months), other = gradients(theirs, weights, months);
  for (std::size_t i = 0; i < own.size(); ++i) CHECK(difference(own[i], other[i]) < 1e-12);
}

TEST_CASE("long short-term memory has the states and gradients of LibTorch's own") {
  torch::manual_seed(2);
  const Weights weights(4);
  const auto months = torch::randn({steps, n, features}, torch::kFloat64).requires_grad_();
  const auto ours = lstm_states(weights.gates(months), weights.state, weights.state_bias);
  const auto zero = torch::zeros({1, n, hidden}, torch::kFloat64);
  const auto theirs =
      std::get<0>(torch::lstm(months, {zero, zero}, weights.all(), /*has_biases=*/true, 1, 0, false, false, false));
  CHECK(difference(ours, theirs) < 1e-14);
  const auto own = gradients(ours, weights, months), other = gradients(theirs, weights, months);
  for (std::size_t i = 0; i < own.size(); ++i) CHECK(difference(own[i], other[i]) < 1e-12);
}

TEST_CASE("a gated unit's gradients agree with finite differences, and gates may lie in any order in memory") {
  torch::manual_seed(3);
  const auto gates = torch::randn({n, steps, 3 * hidden}, torch::kFloat64).transpose(0, 1).requires_grad_();
  const auto state = torch::randn({3 * hidden, hidden}, torch::kFloat64).requires_grad_();
  const auto bias = torch::randn({3 * hidden}, torch::kFloat64).requires_grad_();
  const auto loss = [&](const torch::Tensor& g, const torch::Tensor& w, const torch::Tensor& b) {
    const auto states = gru_states(g, w, b);
    return (states * states.cos()).sum();
  };
  const std::vector<torch::Tensor> of{gates, state, bias};
  const auto slopes = torch::autograd::grad({loss(gates, state, bias)}, of);
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto direction = torch::randn_like(of[i]);
    const auto at = [&](double step) {
      auto moved = of;
      moved[i] = of[i].detach() + step * direction;
      return loss(moved[0], moved[1], moved[2]).item<double>();
    };
    CHECK((at(1e-5) - at(-1e-5)) / 2e-5 == doctest::Approx((slopes[i] * direction).sum().item<double>()).epsilon(1e-7));
  }
}
