#include "models/segmentation_network.hpp"

#include <doctest/doctest.h>
#include <torch/serialize.h>
#include <torch/utils.h>

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "models/kernels/map_convolution.hpp"
#include "models/make_segmentation_network.hpp"
#include "models/segmentation_loss.hpp"
#include "tests/models/measures.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

constexpr std::array names{"tiramisu", "deeplabv3plus"};

std::int64_t count_layers(const SegmentationNetwork& network) {
  std::int64_t count = 0;
  for (const auto& module : network.named_children())
    if (!module.key().ends_with("projection") && std::dynamic_pointer_cast<MapConvolution>(module.value())) ++count;
  return count;
}

std::int64_t forward_flops(const SegmentationNetwork& network, std::int64_t height, std::int64_t width) {
  std::int64_t sum = 0;
  for (const auto& one : network.forward_flops(height, width)) sum += one.forward;
  return sum;
}

torch::Tensor draw_fields(std::int64_t n, std::int64_t height, std::int64_t width) {
  torch::manual_seed(1);
  return torch::rand({n, SegmentationNetworkOptions().channels, height, width});
}

SegmentationNetworkOptions small(double width = 0.1) {
  return {.width = width, .dropout = 0};
}

}  // namespace

TEST_CASE("Tiramisu has the published parameters, layers and FLOPs") {
  const auto network = make_segmentation_network("tiramisu", {}, 1);
  CHECK(count_parameters(*network) == 7'504'835);
  CHECK(count_layers(*network) == 35);
  CHECK(forward_flops(*network, 32, 48) == 2'423'476'224);
  CHECK(forward_flops(*network, 96, 144) == 21'811'286'016);
  CHECK(3e-12 * static_cast<double>(forward_flops(*network, 768, 1152)) == Approx(4.2).epsilon(0.005));
  std::map<std::string, std::int64_t> kinds;
  for (const auto& [kind, flops] : network->forward_flops(16, 16)) CHECK(kinds.emplace(kind, flops).second);
  CHECK(kinds.size() == 3);
  CHECK(kinds["conv1x1"] == 2 * (64 * 128 * 128 + 16 * 192 * 192 + 4 * 256 * 256 + 384 * 384 + 256 * 256 * 3));
  CHECK(kinds["transposed3x3"] == 2 * 9 * (160 * 160 + 4 * 128 * 128 + 16 * 64 * 64 + 64 * 64 * 64));
}

TEST_CASE("DeepLabv3+ has the published parameters, layers and FLOPs") {
  const auto network = make_segmentation_network("deeplabv3plus", {.batch_norm = true}, 1);
  CHECK(count_parameters(*network) == 43'718'883);
  CHECK(count_parameters(*make_segmentation_network("deeplabv3plus", {}, 1)) == 43'669'251);
  CHECK(count_layers(*network) == 66);
  CHECK(forward_flops(*network, 32, 48) == 7'538'212'864);
  CHECK(forward_flops(*network, 96, 144) == 67'835'527'168);
  CHECK(forward_flops(*network, 192, 288) == 271'338'962'944);
  CHECK(3e-12 * static_cast<double>(forward_flops(*network, 768, 1152)) == Approx(13.02).epsilon(0.0005));
  std::map<std::string, std::int64_t> kinds;
  for (const auto& [kind, flops] : network->forward_flops(8, 8)) CHECK(kinds.emplace(kind, flops).second);
  CHECK(kinds.size() == 5);
  CHECK(kinds["conv7x7"] == 2 * 16 * 49 * 16 * 64);
  CHECK(kinds["atrous3x3"] == 2 * 9 * (6 * 256 * 256 + 3 * 512 * 512 + 3 * 2048 * 256));
  CHECK(kinds["transposed3x3"] == 2 * 9 * 256 * 256 * (1 + 4 + 16));
}

TEST_CASE("logits have the sides of the input, at every width and depth") {
  const torch::NoGradGuard no_grad;
  for (const auto* name : names)
    for (const double width : {0.001, 0.07, 0.25})
      for (const double depth : {0.1, 0.5, 1.0, 1.5})
        for (const bool batch_norm : {false, true}) {
          CAPTURE(name);
          CAPTURE(width);
          CAPTURE(depth);
          CAPTURE(batch_norm);
          const auto network =
              make_segmentation_network(name, {.width = width, .depth = depth, .batch_norm = batch_norm}, 1);
          const auto logits = network->forward(draw_fields(2, 16, 48));
          CHECK(logits.sizes() == torch::IntArrayRef{2, 3, 16, 48});
          CHECK(logits.isfinite().all().item<bool>());
        }
}

TEST_CASE("width and depth are shares of the published channels and layers, at least 1") {
  const auto channels = [](const char* name, double width, const char* layer) {
    return make_segmentation_network(name, {.width = width}, 1)
        ->named_parameters()[std::string(layer) + ".weight"]
        .size(0);
  };
  CHECK(channels("tiramisu", 0.25, "first") == 16);
  CHECK(channels("tiramisu", 0.25, "up_block1_1") == 8);
  CHECK(channels("tiramisu", 0.01, "up_block1_1") == 1);
  CHECK(channels("deeplabv3plus", 0.25, "low_level") == 12);
  CHECK(channels("deeplabv3plus", 0.1, "block4_3_expand") == 205);
  CHECK(count_layers(*make_segmentation_network("tiramisu", {.width = 0.1, .depth = 0.5}, 1)) == 10 + 8 + 5);
  CHECK(count_layers(*make_segmentation_network("tiramisu", {.width = 0.1, .depth = 0.01}, 1)) == 10 + 5 + 4);
  CHECK(count_layers(*make_segmentation_network("deeplabv3plus", {.width = 0.1, .depth = 0.5}, 1)) == 66 - 3 * 7);
}

TEST_CASE("sides that a network cannot halve are refused") {
  const auto tiramisu = make_segmentation_network("tiramisu", small(), 1);
  CHECK(tiramisu->side_step() == 16);
  CHECK_THROWS_WITH_AS(tiramisu->forward(draw_fields(1, 16, 24)),
                       "the network takes maps whose sides are multiples of 16 pixels, not 16 x 24",
                       std::invalid_argument);
  const auto deeplab = make_segmentation_network("deeplabv3plus", small(), 1);
  CHECK(deeplab->side_step() == 8);
  CHECK_THROWS_AS(deeplab->forward(draw_fields(1, 12, 24)), std::invalid_argument);
  CHECK_THROWS_AS(make_segmentation_network("unet", {}, 1), std::invalid_argument);
}

TEST_CASE("around the globe, a rolled map gives the rolled logits; with open edges it does not") {
  const torch::NoGradGuard no_grad;
  for (const auto* name : names)
    for (const auto longitude : {Longitude::open, Longitude::periodic}) {
      CAPTURE(name);
      auto options = small();
      options.longitude = longitude;
      const auto network = make_segmentation_network(name, options, 1);
      network->eval();
      const auto input = draw_fields(1, 32, 64), logits = network->forward(input);
      for (const std::int64_t steps : {1, 2, 3}) {
        const auto shift = steps * network->side_step();
        const auto difference = relative_difference(network->forward(input.roll(shift, 3)), logits.roll(shift, 3));
        if (longitude == Longitude::periodic)
          CHECK(difference < 1e-6);
        else
          CHECK(difference > 1e-3);
      }
    }
}

TEST_CASE("weights depend on the seed alone") {
  for (const auto* name : names) {
    const auto first = make_segmentation_network(name, small(), 42);
    torch::manual_seed(5);
    const auto same = make_segmentation_network(name, small(), 42),
               other = make_segmentation_network(name, small(), 43);
    for (const auto& parameter : first->named_parameters()) {
      CHECK(torch::equal(same->named_parameters()[parameter.key()], parameter.value()));
      if (parameter.key().ends_with("weight"))
        CHECK_FALSE(torch::equal(other->named_parameters()[parameter.key()], parameter.value()));
    }
  }
}

TEST_CASE("first logits of deep networks are of moderate size, with and without batch norm") {
  const torch::NoGradGuard no_grad;
  for (const auto* name : names)
    for (const bool batch_norm : {false, true}) {
      CAPTURE(name);
      CAPTURE(batch_norm);
      const auto network = make_segmentation_network(name, {.width = 0.25, .batch_norm = batch_norm}, 1);
      const double size = network->forward(draw_fields(2, 32, 48)).std().item<double>();
      CHECK(size > 0.01);
      CHECK(size < 20);
    }
}

TEST_CASE("DeepLabv3+ with batch norm trains on no fewer than 2 samples, and says so") {
  const auto network = make_segmentation_network("deeplabv3plus", {.width = 0.1, .batch_norm = true}, 1);
  CHECK_THROWS_WITH_AS(network->forward(draw_fields(1, 8, 8)),
                       "deeplabv3plus with batch norm trains on 2 samples or more at once, not 1; ask for batch_size 2 "
                       "or more a rank, or batch_norm off",
                       std::invalid_argument);
  network->forward(draw_fields(2, 8, 8));
  network->eval();
  network->forward(draw_fields(1, 8, 8));
}

TEST_CASE("running statistics of batch norm are saved with the network") {
  for (const auto* name : names) {
    const SegmentationNetworkOptions options{.width = 0.1, .batch_norm = true, .dropout = 0};
    const auto trained = make_segmentation_network(name, options, 1),
               loaded = make_segmentation_network(name, options, 2);
    const auto input = draw_fields(2, 16, 16);
    const torch::NoGradGuard no_grad;
    trained->forward(input);
    std::stringstream file;
    torch::save(trained, file);
    auto target = loaded;
    torch::load(target, file);
    trained->eval();
    loaded->eval();
    CHECK(torch::equal(loaded->forward(input), trained->forward(input)));
  }
}

TEST_CASE(
    "every parameter has a gradient, but for a norm that nothing uses, and dropout draws from the default "
    "generator") {
  for (const auto* name : names)
    for (const bool batch_norm : {false, true}) {
      const auto network = make_segmentation_network(name, {.width = 0.1, .batch_norm = batch_norm}, 1);
      const auto input = draw_fields(2, 16, 16), labels = torch::randint(3, {2, 16, 16}), weights = torch::ones({3});
      std::array<torch::Tensor, 2> losses;
      for (auto& loss : losses) {
        torch::manual_seed(4);
        loss = segmentation_loss(network->forward(input), labels, weights);
        network->zero_grad(/*set_to_none=*/false);
        loss.backward();
      }
      CHECK(torch::equal(losses[0], losses[1]));
      for (const auto& parameter : network->named_parameters())
        CHECK(parameter.value().grad().defined() == !parameter.key().starts_with("post_norm"));
    }
}

TEST_CASE("gradients of the loss agree with finite differences") {
  for (const auto* name : names)
    for (const auto longitude : {Longitude::open, Longitude::periodic}) {
      auto options = small(0.03);
      options.longitude = longitude;
      const auto network = make_segmentation_network(name, options, 3);
      network->to(torch::kFloat64);
      const auto input = draw_fields(1, 16, 32).to(torch::kFloat64);
      const auto labels = torch::randint(3, {1, 16, 32}), weights = torch::tensor({0.2, 0.5, 0.3}, torch::kFloat64);
      const auto loss = [&] { return segmentation_loss(network->forward(input).to(torch::kFloat64), labels, weights); };
      network->zero_grad();
      loss().backward();
      for (auto& parameter : network->named_parameters()) {
        CAPTURE(name);
        CAPTURE(parameter.key());
        const auto gradient = parameter.value().grad();
        const double slope = gradient.norm().item<double>(), step = 1e-3;
        if (slope < 1e-4) continue;  // logits are float32
        const torch::NoGradGuard no_grad;
        parameter.value().add_(gradient, step / slope);
        const double up = loss().item<double>();
        parameter.value().add_(gradient, -2 * step / slope);
        const double down = loss().item<double>();
        parameter.value().add_(gradient, step / slope);
        CHECK((up - down) / (2 * step) == Approx(slope).epsilon(0.05));
      }
    }
}

TEST_CASE("bf16 convolutions stay near float32, with float32 weights, logits and gradients") {
  for (const auto* name : names) {
    auto options = small();
    const auto exact = make_segmentation_network(name, options, 1);
    options.convolution_type = torch::kBFloat16;
    const auto rounded = make_segmentation_network(name, options, 1);
    const auto input = draw_fields(1, 32, 48);
    const auto logits = rounded->forward(input), expected = exact->forward(input);
    CHECK(logits.dtype() == torch::kFloat32);
    CHECK(relative_difference(logits, expected) < 0.1);
    CHECK(relative_difference(logits, expected) > 0);
    logits.sum().backward();
    for (const auto& parameter : rounded->parameters()) CHECK(parameter.grad().dtype() == torch::kFloat32);
  }
}
