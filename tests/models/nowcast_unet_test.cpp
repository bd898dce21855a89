#include "models/nowcast_unet.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/kernels/map_slice.hpp"
#include "models/make_nowcast_network.hpp"
#include "models/nowcast_loss.hpp"
#include "tests/models/measures.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

torch::Tensor draw_sample(std::int64_t channels, std::int64_t height, std::int64_t width) {
  torch::manual_seed(1);
  return torch::randn({2, channels, height, width});
}

/// As the header describes it, one lead time after the other: channels concatenated, upsampled, convolved.
torch::Tensor twin(const NowcastUnet& network, const torch::Tensor& input) {
  const auto parameters = network.named_parameters();
  const double slope = network.options().negative_slope;
  const auto block = [&](const std::string& name, torch::Tensor x) {
    for (const char* layer : {"_1", "_2"})
      x = torch::leaky_relu(torch::conv2d(x, parameters[name + layer + ".weight"], parameters[name + layer + ".bias"]),
                            slope);
    return x;
  };
  const auto beside = [](const torch::Tensor& coarse, const torch::Tensor& skip) {
    const auto up = coarse.repeat_interleave(2, 2).repeat_interleave(2, 3);
    const auto top = (skip.size(2) - up.size(2)) / 2, left = (skip.size(3) - up.size(3)) / 2;
    return torch::cat({up, cut(skip, top, left, up.size(2), up.size(3))}, 1);
  };
  std::vector<torch::Tensor> leads;
  for (std::int64_t lead = 1; lead <= 6; ++lead) {
    std::vector<torch::Tensor> seen{network.extrapolates() ? input.narrow(1, 6, 1) : input.narrow(1, 0, 7)};
    if (network.extrapolates()) {
      seen.push_back(input.narrow(1, 6 + lead, 1));
      seen.push_back(input.narrow(1, 12 + lead, 1));
    }
    seen.push_back(torch::full_like(input.narrow(1, 0, 1), static_cast<double>(lead) / 6));
    const auto e1 = block("encoder1", torch::cat(seen, 1));
    const auto e2 = block("encoder2", torch::avg_pool2d(e1, 2)), e3 = block("encoder3", torch::avg_pool2d(e2, 2));
    const auto e4 = block("encoder4", torch::avg_pool2d(e3, 2));
    const auto d1 = block("decoder1", beside(block("decoder2", beside(block("decoder3", beside(e4, e3)), e2)), e1));
    auto frame = torch::conv2d(d1, parameters["head.weight"], parameters["head.bias"]);
    if (network.options().extrapolation == NowcastExtrapolation::residual)
      frame = frame + cut(seen[1], 44, 44, frame.size(2), frame.size(3));
    leads.push_back(frame);
  }
  return torch::cat(leads, 1);
}

}  // namespace

TEST_CASE("the U-Net equals its twin, lead time by lead time") {
  for (const auto extrapolation :
       {NowcastExtrapolation::none, NowcastExtrapolation::input, NowcastExtrapolation::residual}) {
    NowcastUnet network({.base_filters = 3, .negative_slope = 0.1, .extrapolation = extrapolation}, 2);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network.parameters()) parameter.normal_(0, 0.2);
    const auto input = draw_sample(network.channels(), 140, 148);
    const auto outputs = network.forward(input);
    REQUIRE(outputs.size() == 1);
    CHECK(outputs[0].sizes() == torch::IntArrayRef{2, 6, 52, 60});
    CHECK(relative_difference(outputs[0], twin(network, input)) < 1e-5);
  }
}

TEST_CASE("parameters and FLOP of the U-Net, counted by hand") {
  const NowcastUnet network({.base_filters = 8}, 1);
  // 3x3 weights, of 8 channels in: 8 8, 8 8, 8 16, 16 16, 16 32, 32 32, 32 64, 64 64, 96 32, 32 32, 48 16, 16 16, 24 8,
  // 8 8
  const std::int64_t weights =
      9 * (64 + 64 + 128 + 256 + 512 + 1024 + 2048 + 4096 + 3072 + 1024 + 768 + 256 + 192 + 64);
  const std::int64_t biases = 2 * (8 + 16 + 32 + 64 + 32 + 16 + 8);
  CHECK(count_parameters(network) == weights + biases + 8 + 1);
  // Sides of the layers' outputs: 138 136, 66 64, 30 28, 12 10, 18 16, 30 28, 54 52, and the head.
  const auto square = [](std::int64_t side) { return side * side; };
  const std::int64_t taps =
      9 * (64 * (square(138) + square(136)) + 128 * square(66) + 256 * square(64) + 512 * square(30) +
           1024 * square(28) + 2048 * square(12) + 4096 * square(10) + 3072 * square(18) + 1024 * square(16) +
           768 * square(30) + 256 * square(28) + 192 * square(54) + 64 * square(52)) +
      8 * square(52);
  CHECK(network.forward_flops(140, 140) == 2 * 6 * taps);
  CHECK(network.forward_flops(256, 256) == network.forward_flops(140, 140));  // training looks at no more
}

TEST_CASE("what the loss looks at is the middle of the whole, with the same gradients") {
  NowcastUnet network({.base_filters = 2, .negative_slope = 0.2, .extrapolation = NowcastExtrapolation::residual}, 1);
  for (auto& parameter : network.parameters()) parameter.data().normal_(0, 0.2);
  // 8 periods more than inner outputs need, so that both look at the same steps.
  const auto input = draw_sample(19, 268, 268), truth = torch::randn({2, 6, 268, 268});
  const auto gradients = [&](NowcastExtent extent) {
    network.zero_grad();
    nowcast_loss(network.forward(input, extent), truth).backward();
    std::vector<torch::Tensor> all;
    for (const auto& parameter : network.parameters()) all.push_back(parameter.grad().clone());
    return all;
  };
  const auto whole = gradients(NowcastExtent::whole), inner = gradients(NowcastExtent::inner);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(relative_difference(inner[i], whole[i]) < 1e-4);
}

TEST_CASE("before training, the U-Net's residuals are 0") {
  NowcastUnet network({.base_filters = 2, .extrapolation = NowcastExtrapolation::residual}, 1);
  const torch::NoGradGuard no_grad;
  const auto input = draw_sample(19, 140, 156);
  CHECK(torch::equal(network.forward(input)[0], cut(input.narrow(1, 7, 6), 44, 44, 52, 68)));
}

TEST_CASE("the U-Net takes every side from the smallest on, and a part of an image gives its part of the output") {
  NowcastUnet network({.base_filters = 2}, 1);
  const torch::NoGradGuard no_grad;
  for (std::int64_t side = 92; side < 110; ++side)
    CHECK(network.forward(draw_sample(7, side, 92))[0].sizes() == torch::IntArrayRef{2, 6, 4 + (side - 92) / 8 * 8, 4});
  const auto image = draw_sample(7, 150, 141);
  const auto whole = network.forward(image)[0], part = network.forward(image.slice(2, 24, 134).slice(3, 8))[0];
  CHECK(relative_difference(part, cut(whole, 24, 8, part.size(2), part.size(3))) < 1e-5);
  CHECK_THROWS_WITH_AS(network.forward(draw_sample(7, 92, 91)),
                       "the nowcasting U-Net takes images from 92 pixels a side on; the width is 91",
                       std::invalid_argument);
}

TEST_CASE("networks by name, their weights from the seed alone") {
  for (const char* name : {"samsi", "unet"}) {
    const auto first = make_nowcast_network(name, {.base_filters = 2}, 7),
               same = make_nowcast_network(name, {.base_filters = 2}, 7);
    const auto other = make_nowcast_network(name, {.base_filters = 2}, 8);
    CHECK(torch::equal(first->parameters()[0], same->parameters()[0]));
    CHECK_FALSE(torch::equal(first->parameters()[0], other->parameters()[0]));
  }
  CHECK_THROWS_WITH_AS(make_nowcast_network("resnet", {}, 1),
                       "there is no nowcasting network \"resnet\"; take samsi or unet", std::invalid_argument);
}

TEST_CASE("bf16 convolutions of the U-Net stay near float32") {
  NowcastUnet exact({.base_filters = 4}, 1), rounded({.base_filters = 4, .convolution_type = torch::kBFloat16}, 1);
  const auto input = draw_sample(7, 140, 140);
  const auto expected = exact.forward(input)[0], output = rounded.forward(input)[0];
  CHECK(output.dtype() == torch::kFloat32);
  CHECK(relative_difference(output, expected) < 0.1);
  CHECK(relative_difference(output, expected) > 0);
}

namespace {

/// Pixel (row, column) of an image, blurred by a Gaussian within three sigmas.
double blurred(const torch::Tensor& image, std::int64_t row, std::int64_t column, double sigma) {
  const auto reach = static_cast<std::int64_t>(3 * sigma);
  double sum = 0, weights = 0;
  for (std::int64_t y = -reach; y <= reach; ++y)
    for (std::int64_t x = -reach; x <= reach; ++x) {
      const double weight = sigma == 0 ? 1 : std::exp(-static_cast<double>(y * y + x * x) / (2 * sigma * sigma));
      sum += weight * image[row + y][column + x].item<double>();
      weights += weight;
    }
  return sum / weights;
}

constexpr std::array<double, 5> blend_sigmas{0, 1, 2, 4, 8};

}  // namespace

TEST_CASE("a U-Net that blends: shares of both carried frames and their blurs, strengthened, pixel by pixel") {
  const double dry = -0.5;
  NowcastUnet network({.base_filters = 2, .extrapolation = NowcastExtrapolation::blend, .dry = dry}, 1);
  const torch::NoGradGuard no_grad;
  const auto input = draw_sample(19, 140, 148);
  // The head's output is the same everywhere: its weights are 0 before training.
  network.named_buffers()["first_blend"].zero_();
  auto bias = network.named_parameters()["head.bias"];
  const std::vector<double> logits{0.5, -1, 0.25, 2, 1, 0.1, -0.7, 1.5, 0.3, -2};
  REQUIRE(bias.numel() == 11);
  for (std::size_t k = 0; k < logits.size(); ++k) bias[static_cast<std::int64_t>(k)] = logits[k];
  bias[10] = 0.3;
  const auto output = network.forward(input)[0];
  REQUIRE(output.sizes() == torch::IntArrayRef{2, 6, 52, 60});
  double all = 0;
  for (const double logit : logits) all += std::exp(logit);
  for (const auto& [row, column] : {std::pair{0, 0}, {51, 59}, {20, 33}})
    for (const std::int64_t lead : {0, 5}) {
      double blend = 0;
      for (std::size_t k = 0; k < logits.size(); ++k) {
        const auto frame = input[1][7 + lead + (k < 5 ? 0 : 6)];
        blend += std::exp(logits[k]) / all * blurred(frame, 44 + row, 44 + column, blend_sigmas[k % 5]);
      }
      CHECK(output[1][lead][row][column].item<double>() == Approx((blend - dry) * std::exp(0.3) + dry).epsilon(1e-4));
    }
}

TEST_CASE("before training, a U-Net that blends forecasts the newest frame, blurred and scaled, but for a tenth") {
  NowcastOptions options{.base_filters = 2, .extrapolation = NowcastExtrapolation::blend, .dry = -0.5};
  options.first_blurs[1] = {.sigma = 4, .factor = 0.5};
  options.first_blurs[2] = {.sigma = 6, .factor = 1};
  options.first_blurs[3] = {.sigma = 12, .factor = 0};
  NowcastUnet network(options, 1);
  const auto first = network.named_buffers()["first_blend"].exp();
  REQUIRE(first.sizes() == torch::IntArrayRef{6, 11});
  const auto near = [&](std::int64_t lead, std::int64_t place, double value) {
    CHECK(first[lead][place].item<double>() == Approx(value).epsilon(1e-5));
  };
  near(0, 0, 1.01), near(0, 1, 0.01), near(0, 5, 0.01), near(0, 10, 1);
  near(1, 3, 1.01), near(1, 0, 0.01), near(1, 10, 0.5);
  near(2, 3, 0.01 + 3 - std::log2(6.0)), near(2, 4, 0.01 + std::log2(6.0) - 2);
  near(3, 4, 1.01), near(3, 10, std::exp(-2.0));
}

TEST_CASE("a U-Net that blends learns growth from whatever factor it begins with") {
  for (const double factor : {0.0, 0.5, 1.0, 1.5, 1.7}) {
    CAPTURE(factor);
    NowcastOptions options{.base_filters = 2, .extrapolation = NowcastExtrapolation::blend, .dry = -0.5};
    options.first_blurs.fill({.sigma = 1, .factor = factor});
    NowcastUnet network(options, 1);
    network.forward(draw_sample(19, 140, 140))[0].mean().backward();
    CHECK(network.named_parameters()["head.bias"].grad()[10].item<double>() != 0);
    const double first = network.named_buffers()["first_blend"][0][10].exp().item<double>();
    CHECK(first == Approx(std::clamp(factor, std::exp(-2.0), 1.5)).epsilon(1e-5));
  }
}

TEST_CASE("a U-Net that blends makes no rain where none is near, and grows it by half at most") {
  const double dry = -0.25;
  NowcastUnet network(
      {.base_filters = 2, .negative_slope = 0.1, .extrapolation = NowcastExtrapolation::blend, .dry = dry}, 1);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : network.parameters()) parameter.normal_(0, 3);
  auto input = torch::full({1, 19, 140, 140}, dry);
  CHECK(torch::allclose(network.forward(input)[0], torch::full({1, 6, 52, 52}, dry)));
  input = draw_sample(19, 140, 140).abs() + dry;
  const auto output = network.forward(input)[0];
  CHECK(output.min().item<double>() >= dry);
  CHECK(output.max().item<double>() - dry <= 1.501 * (input.max().item<double>() - dry));
  CHECK_THROWS_WITH_AS(make_nowcast_network("samsi", {.extrapolation = NowcastExtrapolation::blend}, 1),
                       "the nowcast network cannot blend extrapolated frames; the U-Net can", std::invalid_argument);
}
