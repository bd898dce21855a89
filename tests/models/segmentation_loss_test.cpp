#include "models/segmentation_loss.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("the loss is the mean over all pixels of weight times -log p, by hand") {
  const auto logits = torch::tensor({1.0f, 0.0f, 2.0f, 0.0f, 0.0f, -1.0f}).view({1, 3, 1, 2});  // class, pixel
  const auto labels = torch::tensor({2, 0}, torch::kInt32).view({1, 1, 2});
  const auto weights = torch::tensor({0.5f, 0.1f, 0.4f});
  // Pixel 0 has logits 1, 2, 0; pixel 1 has 0, 0, -1.
  const double first = 0.4 * std::log(std::exp(1) + std::exp(2) + 1), second = 0.5 * std::log(2 + std::exp(-1));
  CHECK(segmentation_loss(logits, labels, weights).item<double>() == Approx((first + second) / 2));
  CHECK(segmentation_loss(logits, labels.to(torch::kUInt8), weights).item<double>() == Approx((first + second) / 2));
}

TEST_CASE("the loss of large logits is finite") {
  const auto logits = torch::tensor({1e4f, -1e4f, 0.0f}).view({1, 3, 1, 1});
  CHECK(segmentation_loss(logits, torch::ones({1, 1, 1}, torch::kInt64), torch::ones({3})).item<double>() ==
        Approx(2e4));
}

TEST_CASE("gradients of the loss agree with finite differences, in any memory format") {
  torch::manual_seed(1);
  auto logits = torch::randn({2, 3, 2, 3}, torch::kFloat64);
  const auto labels = torch::randint(3, {2, 2, 3});
  const auto weights = torch::tensor({0.1, 0.6, 0.3}, torch::kFloat64);
  const auto expected = [&] {
    auto gradient = torch::zeros_like(logits);
    for (std::int64_t i = 0; i < logits.numel(); ++i) {
      auto element = logits.view(-1)[i];
      const double step = 1e-6;
      element += step;
      const double up = segmentation_loss(logits, labels, weights).item<double>();
      element -= 2 * step;
      const double down = segmentation_loss(logits, labels, weights).item<double>();
      element += step;
      gradient.view(-1)[i] = (up - down) / (2 * step);
    }
    return gradient;
  }();
  for (const auto format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
    const auto leaf = logits.contiguous(format).clone().requires_grad_();
    segmentation_loss(leaf, labels, weights).backward();
    CHECK(torch::allclose(leaf.grad(), expected, 1e-5, 1e-8));
  }
}

TEST_CASE("weights of the classes are the published ones for the published frequencies") {
  const std::array<std::int64_t, 3> pixels{982'000, 710, 17'000};
  const auto roots = class_weights(ClassWeights::inverse_sqrt, pixels);
  CHECK(roots[0] == Approx(0.021839).epsilon(3e-5).scale(0));
  CHECK(roots[1] == Approx(0.812181).epsilon(1e-6).scale(0));
  CHECK(roots[2] == Approx(0.165981).epsilon(4e-6).scale(0));
  const auto inverse = class_weights(ClassWeights::inverse, {1, 2, 4});
  CHECK(inverse[0] == Approx(4.0 / 7));
  CHECK(inverse[1] == Approx(2.0 / 7));
  CHECK(inverse[2] == Approx(1.0 / 7));
}

TEST_CASE("a class without a pixel has no weight") {
  CHECK(class_weights(ClassWeights::none, {5, 0, 7}) == std::array{0.5f, 0.0f, 0.5f});
  CHECK(class_weights(ClassWeights::inverse, {5, 0, 5}) == std::array{0.5f, 0.0f, 0.5f});
  CHECK(class_weights(ClassWeights::inverse_sqrt, {0, 3, 0}) == std::array{0.0f, 1.0f, 0.0f});
}
