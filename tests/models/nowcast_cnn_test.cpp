#include "models/nowcast_cnn.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/nowcast_loss.hpp"
#include "tests/models/measures.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

using Outputs = std::vector<torch::Tensor>;

torch::Tensor draw_input(std::int64_t n, std::int64_t height, std::int64_t width) {
  torch::manual_seed(1);
  return torch::randn({n, 7, height, width});
}

torch::Tensor cropped(const torch::Tensor& images, std::int64_t top, std::int64_t left, const torch::Tensor& like) {
  return images.slice(2, top, top + like.size(2)).slice(3, left, left + like.size(3));
}

/// The network of the paper's table, in the arithmetic of its parameters: upsample, concatenate, convolve, crop.
Outputs forward_by_the_table(const NowcastCnn& network, const torch::Tensor& input) {
  const auto parameters = network.named_parameters();
  const auto convolved = [&](const std::string& name, const torch::Tensor& x, std::int64_t stride) {
    return torch::conv2d(x, parameters[name + ".weight"], parameters[name + ".bias"], stride);
  };
  const auto up = [](const torch::Tensor& x) { return x.repeat_interleave(2, 2).repeat_interleave(2, 3); };
  const auto e1 = torch::relu(convolved("encoder1", input, 2)), e2 = torch::relu(convolved("encoder2", e1, 2));
  const auto e3 = torch::relu(convolved("encoder3", e2, 2)), e4 = torch::relu(convolved("encoder4", e3, 2));
  const auto decoded = [&](const std::string& name, const torch::Tensor& map) {
    return torch::relu(convolved(name, map, 1));
  };
  const auto f1 = decoded("decoder1", torch::cat({up(e4), cropped(e3, 2, 2, up(e4))}, 1));
  const auto o8 = convolved("head8", f1, 1);
  const auto d2 = decoded("decoder2", torch::cat({up(f1), cropped(e2, 14, 14, up(f1))}, 1));
  const auto f2 = torch::cat({cropped(d2, 1, 1, up(o8)), up(o8)}, 1);
  const auto o4 = convolved("head4", f2, 1);
  const auto d3 = decoded("decoder3", torch::cat({up(f2), cropped(e1, 38, 38, up(f2))}, 1));
  const auto f3 = torch::cat({cropped(d3, 1, 1, up(o4)), up(o4)}, 1);
  const auto o2 = convolved("head2", f3, 1);
  const auto f4 = torch::cat({cropped(decoded("decoder4", up(f3)), 1, 1, up(o2)), up(o2)}, 1);
  return {o8, o4, o2, convolved("head1_3", decoded("head1_2", decoded("head1_1", f4)), 1)};
}

std::vector<torch::Tensor> gradients(NowcastNetwork& network, const Outputs& outputs, const torch::Tensor& truth) {
  network.zero_grad();
  nowcast_loss(outputs, truth).backward();
  std::vector<torch::Tensor> all;
  for (const auto& parameter : network.parameters()) all.push_back(parameter.grad().clone());
  return all;
}

}  // namespace

TEST_CASE("the nowcast network has the published size") {
  NowcastCnn network({}, 1);
  CHECK(count_parameters(network) == 17'395'992);
  CHECK(network.forward_flops(256, 256) == 28'961'349'120);
  CHECK(static_cast<double>(network.forward_flops(1000, 1000)) == Approx(2.416e12).epsilon(0.0005));
  const std::map<std::string, std::int64_t> published{
      {"encoder1", 22'016},    {"encoder2", 401'536}, {"encoder3", 1'605'888}, {"encoder4", 6'423'040},
      {"decoder1", 4'817'024}, {"head8", 19'206},     {"decoder2", 1'605'760}, {"head4", 20'106},
      {"decoder3", 1'241'984}, {"head2", 20'106},     {"decoder4", 840'576},   {"head1_1", 315'216},
      {"head1_2", 56'472},     {"head1_3", 7'062}};
  const auto parameters = network.named_parameters();
  for (const auto& [layer, count] : published)
    CHECK(parameters[layer + ".weight"].numel() + parameters[layer + ".bias"].numel() == count);
}

TEST_CASE("other numbers of base filters scale all layers, the last no lower than 6 channels") {
  const auto channels = [](std::int64_t base_filters, const char* layer) {
    return NowcastCnn({.base_filters = base_filters}, 1).named_parameters()[std::string(layer) + ".weight"].size(0);
  };
  CHECK(channels(6, "encoder4") == 48);
  CHECK(channels(6, "decoder4") == 12);
  CHECK(channels(6, "head1_1") == 6);
  CHECK(channels(10, "head1_1") == 8);
  CHECK(channels(10, "head1_2") == 6);
  CHECK(channels(18, "head1_2") == 7);
}

TEST_CASE("output sides are the published ones, of squares and of oblongs") {
  CHECK(NowcastCnn::output_sides(256) == NowcastSides{12, 20, 36, 54});
  CHECK(NowcastCnn::output_sides(320) == NowcastSides{20, 36, 68, 118});
  CHECK(NowcastCnn::output_sides(512) == NowcastSides{44, 84, 164, 310});
  CHECK(NowcastCnn::output_sides(1000) == NowcastSides{104, 204, 404, 790});

  NowcastCnn network({.base_filters = 1}, 1);
  const torch::NoGradGuard no_grad;
  const auto outputs = network.forward(draw_input(2, 256, 320));
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(outputs[i].sizes() ==
          torch::IntArrayRef{2, 6, (*NowcastCnn::output_sides(256))[i], (*NowcastCnn::output_sides(320))[i]});
}

TEST_CASE("every side from the smallest on is taken, none below") {
  NowcastCnn network({.base_filters = 1}, 1);
  const torch::NoGradGuard no_grad;
  for (std::int64_t side = 203; side < 240; ++side) {
    const auto input = draw_input(1, side, 203);
    const auto outputs = network.forward(input), twins = forward_by_the_table(network, input);
    for (std::size_t i = 0; i < 4; ++i) CHECK(outputs[i].size(2) == (*NowcastCnn::output_sides(side))[i]);
    for (std::size_t i = 0; i < 4; ++i) CHECK(outputs[i].sizes() == twins[i].sizes());
  }
  CHECK_FALSE(NowcastCnn::output_sides(202));
  CHECK_THROWS(forward_by_the_table(network, draw_input(1, 202, 202)));
  CHECK_THROWS_WITH_AS(network.forward(draw_input(1, 203, 202)),
                       "the nowcast network takes images from 203 pixels a side on; the width is 202",
                       std::invalid_argument);
}

TEST_CASE("outputs equal those of the table's network, upsampled and concatenated") {
  for (const std::int64_t base_filters : {1, 6, 16}) {
    NowcastCnn network({.base_filters = base_filters}, 2);
    for (auto& parameter : network.named_parameters())
      if (parameter.key().ends_with("bias")) parameter.value().detach().normal_();
    const auto input = draw_input(2, 256, 273);
    const torch::NoGradGuard no_grad;
    const auto outputs = network.forward(input), twins = forward_by_the_table(network, input);
    for (std::size_t i = 0; i < 4; ++i) CHECK(relative_difference(outputs[i], twins[i]) < 1e-5);
  }
}

TEST_CASE("inner outputs are the whole ones without their margins, and give the loss the same gradients") {
  NowcastCnn network({.base_filters = 6}, 3);
  const auto input = draw_input(2, 256, 256), truth = torch::randn({2, 6, 256, 256});
  const auto whole = network.forward(input), inner = network.forward(input, NowcastExtent::inner);
  const auto twins = forward_by_the_table(network, input);
  const std::array<std::int64_t, 4> margins{0, 0, 1, 3};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(inner[i].size(2) == whole[i].size(2) - 2 * margins[i]);
    CHECK(relative_difference(inner[i], cropped(whole[i], margins[i], margins[i], inner[i])) < 1e-5);
  }
  const auto exact = gradients(network, twins, truth);
  for (const auto& outputs : {whole, inner}) {
    const auto some = gradients(network, outputs, truth);
    for (std::size_t i = 0; i < exact.size(); ++i) CHECK(relative_difference(some[i], exact[i]) < 1e-4);
  }
}

TEST_CASE("loss and gradients are the same bits, run after run, and near for any memory format") {
  NowcastCnn network({.base_filters = 4}, 3);
  const auto input = draw_input(3, 256, 256), truth = torch::randn({3, 6, 256, 256});
  const auto learn = [&](const torch::Tensor& images) {
    return gradients(network, network.forward(images, NowcastExtent::inner), truth);
  };
  const auto first = learn(input), second = learn(input);
  const auto channels_last = learn(input.contiguous(torch::MemoryFormat::ChannelsLast));
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(torch::equal(first[i], second[i]));
    CHECK(relative_difference(channels_last[i], first[i]) < 1e-4);
  }
}

TEST_CASE("a part of an image gives its part of the outputs, where it begins at a multiple of 16") {
  NowcastCnn network({.base_filters = 2}, 1);
  const torch::NoGradGuard no_grad;
  const auto image = draw_input(1, 320, 300);
  const auto whole = network.forward(image), part = network.forward(image.slice(2, 48, 304).slice(3, 32, 300));
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int64_t scale = 8 >> i;
    CHECK(relative_difference(part[i], cropped(whole[i], 48 / scale, 32 / scale, part[i])) < 1e-5);
  }
}

TEST_CASE("whole outputs at 256 are centred at their offsets") {
  const auto sides = *NowcastCnn::output_sides(256);
  for (std::size_t i = 0; i < 4; ++i) CHECK(2 * NowcastCnn::output_offsets[i] + sides[i] == 256 / (8 >> i));
}

TEST_CASE("weights depend on the seed alone and are He's") {
  const NowcastCnn first({.base_filters = 16}, 42), same({.base_filters = 16}, 42), other({.base_filters = 16}, 43);
  for (const auto& parameter : first.named_parameters()) {
    CHECK(torch::equal(same.named_parameters()[parameter.key()], parameter.value()));
    if (parameter.key().ends_with("bias"))
      CHECK(parameter.value().abs().max().item<double>() == 0);
    else
      CHECK_FALSE(torch::equal(other.named_parameters()[parameter.key()], parameter.value()));
  }
  const auto weight = first.named_parameters()["encoder4.weight"];  // fan in 64 * 49 = 3,136
  CHECK(weight.std().item<double>() == Approx(std::sqrt(2.0 / 3136)).epsilon(0.01));
}

// Of the twin in double precision, whose gradients equal the network's (above).
TEST_CASE("gradients of the loss agree with finite differences") {
  NowcastCnn network({.base_filters = 1}, 3);
  network.to(torch::kFloat64);
  const auto input = draw_input(1, 256, 256).to(torch::kFloat64),
             truth = torch::randn({1, 6, 256, 256}, torch::kFloat64);
  const auto loss = [&] { return nowcast_loss(forward_by_the_table(network, input), truth); };
  loss().backward();
  for (auto& parameter : network.parameters()) {
    const auto direction = parameter.grad() / parameter.grad().norm();
    const double slope = parameter.grad().norm().item<double>(), step = 1e-6;
    const torch::NoGradGuard no_grad;
    parameter.add_(direction, step);
    const double up = loss().item<double>();
    parameter.add_(direction, -2 * step);
    const double down = loss().item<double>();
    parameter.add_(direction, step);
    CHECK((up - down) / (2 * step) == Approx(slope).epsilon(0.001));
  }
}

TEST_CASE("bf16 convolutions stay near float32, with float32 weights, outputs and gradients") {
  NowcastCnn exact({.base_filters = 4}, 1), rounded({.base_filters = 4, .convolution_type = torch::kBFloat16}, 1);
  const auto input = draw_input(1, 256, 256);
  const auto outputs = rounded.forward(input), expected = exact.forward(input);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(outputs[i].dtype() == torch::kFloat32);
    CHECK(relative_difference(outputs[i], expected[i]) < 0.15);  // 8 bits, through up to 11 layers
    CHECK(relative_difference(outputs[i], expected[i]) > 0);
  }
  for (const auto& gradient : gradients(rounded, outputs, torch::zeros({1, 6, 256, 256})))
    CHECK(gradient.dtype() == torch::kFloat32);
}

TEST_CASE("a fine head of other widths than the published") {
  const auto channels = [](std::int64_t head_filters, const char* layer) {
    const NowcastOptions options{.base_filters = 8, .head_filters = head_filters};
    return NowcastCnn(options, 1).named_parameters()[std::string(layer) + ".weight"].size(0);
  };
  CHECK(channels(0, "head1_1") == 6);
  CHECK(channels(24, "head1_1") == 24);
  CHECK(channels(24, "head1_2") == 12);
  CHECK(channels(4, "head1_2") == 6);
  CHECK(NowcastCnn({.base_filters = 8}, 1).forward_flops(256, 256) <
        NowcastCnn({.base_filters = 8, .head_filters = 24}, 1).forward_flops(256, 256));
}

TEST_CASE("before training, a network of residuals forecasts the extrapolation, at every resolution and any size") {
  NowcastCnn network({.base_filters = 2, .extrapolation = NowcastExtrapolation::residual}, 1);
  REQUIRE(network.channels() == 19);
  const torch::NoGradGuard no_grad;
  torch::manual_seed(3);
  const auto input = torch::randn({2, 19, 272, 261});
  const auto whole = network.forward(input), inner = network.forward(input, NowcastExtent::inner);
  const std::array<std::int64_t, 4> margins{0, 0, 1, 3};
  for (std::size_t i = 0; i < 4; ++i) {
    // Output pixel [y, x] stands for the block of input pixels from 2^k (y + offset) on.
    const std::int64_t scale = 8 >> i, offset = NowcastCnn::output_offsets[i];
    const auto blocks = torch::avg_pool2d(input.narrow(1, 7, 6), scale);
    CHECK(torch::allclose(whole[i], cropped(blocks, offset, offset, whole[i])));
    CHECK(torch::allclose(inner[i], cropped(whole[i], margins[i], margins[i], inner[i])));
  }
}

TEST_CASE("extrapolated frames as input alone change the forecast, and leave its start to the weights") {
  NowcastCnn network({.base_filters = 2, .extrapolation = NowcastExtrapolation::input}, 1);
  const torch::NoGradGuard no_grad;
  auto input = torch::randn({1, 19, 256, 256});
  const auto before = network.forward(input).back();
  CHECK(before.abs().max().item<double>() > 0);
  input.narrow(1, 7, 6).zero_();
  CHECK(relative_difference(network.forward(input).back(), before) > 1e-3);
}

TEST_CASE("leaky ReLU lets a share of what is below 0 pass, in every layer but the heads' last") {
  NowcastCnn plain({.base_filters = 2}, 1), leaky({.base_filters = 2, .negative_slope = 1}, 1);
  const torch::NoGradGuard no_grad;
  const auto a = draw_input(1, 256, 256), b = draw_input(1, 256, 256).neg();
  const auto sum = [&](NowcastCnn& network) { return network.forward(a).back() + network.forward(b).back(); };
  CHECK(sum(leaky).abs().max().item<double>() < 1e-4);  // with slope 1 and without biases the network is linear
  CHECK(sum(plain).abs().max().item<double>() > 0.1);
}
