#include "models/emulator_network.hpp"
#include "tests/models/measures.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <stdexcept>
#include <vector>

using namespace stormsweep;
using doctest::Approx;

namespace {

EmulatorOptions small() {
  EmulatorOptions options;
  options.height = 6, options.width = 10, options.window = 3, options.init_dim = 4, options.hidden = 8;
  options.dropout = 0;
  return options;
}

/// Every encoding with every memory, one way and both.
std::vector<EmulatorOptions> all_kinds() {
  std::vector<EmulatorOptions> kinds;
  for (const auto encoding : {EmulatorEncoding::cnn, EmulatorEncoding::unet})
    for (const auto memory : {EmulatorMemory::gru, EmulatorMemory::lstm, EmulatorMemory::none})
      for (const bool both : {false, true}) {
        kinds.push_back(small());
        kinds.back().encoding = encoding, kinds.back().memory = memory, kinds.back().bidirectional = both;
      }
  return kinds;
}

torch::Tensor draw_input(const EmulatorOptions& options, std::int64_t n) {
  torch::manual_seed(1);
  return torch::randn({n, options.window, options.channels, options.height, options.width});
}

}  // namespace

TEST_CASE("the emulator has the published parameters and FLOPs") {
  EmulatorOptions options;
  CHECK(EmulatorNetwork::parameter_count(options) == 352'878'672);
  options.init_dim = 16;
  CHECK(EmulatorNetwork::parameter_count(options) == 182'810'024);
  options.init_dim = 8;
  CHECK(EmulatorNetwork::parameter_count(options) == 97'824'852);
  const EmulatorNetwork network(options, 1);
  CHECK(count_parameters(network) == 97'824'852);
  // For d channels: convolutions, squeeze and excitation; recurrent and dense layers; 16.214 GF for 32.
  const auto flops = [](std::int64_t d) {
    const std::int64_t pixels = 48 * 72, half = pixels / 4, gates = 3 * 512;
    const std::int64_t month = 9 * (6 * d * pixels + 2 * d * d * pixels + 4 * d * d * half + 8 * d * d * half) +
                               2 * 4 * d * (d / 4) + gates * (4 * d * half + 512) + gates * 1024;
    return 2 * 2 * (12 * month + 512 * 1024 + 1024 * pixels);
  };
  CHECK(1e-9 * static_cast<double>(flops(32)) == Approx(16.214).epsilon(0.00005));
  CHECK(1e-9 * static_cast<double>(flops(16)) == Approx(6.261).epsilon(0.0001));
  CHECK(network.forward_flops() == flops(8));
}

TEST_CASE("parameters are counted for every kind and size, and maps have the sides of the input") {
  const torch::NoGradGuard no_grad;
  for (auto options : all_kinds())
    for (const std::int64_t targets : {1, 2})
      for (const std::int64_t height : {2, 4, 14}) {
        options.targets = targets, options.height = height, options.channels = 5, options.init_dim = height;
        options.layers = height / 2;
        EmulatorNetwork network(options, 1);
        CHECK(count_parameters(network) == EmulatorNetwork::parameter_count(options));
        const auto maps = network.forward(draw_input(options, 2));
        CHECK(maps.sizes() == torch::IntArrayRef{2, targets, height, 10});
        CHECK(maps.isfinite().all().item<bool>());
      }
}

TEST_CASE("maps of an odd side are refused") {
  auto options = small();
  options.width = 9;
  CHECK_THROWS_WITH_AS(EmulatorNetwork(options, 1), "the emulator takes maps of even sides, not 6 x 9",
                       std::invalid_argument);
}

TEST_CASE("an emulator's weights depend on the seed alone") {
  const EmulatorNetwork first(small(), 42);
  torch::manual_seed(5);
  const EmulatorNetwork same(small(), 42), other(small(), 43);
  bool differ = false;
  for (const auto& parameter : first.named_parameters()) {
    CHECK(torch::equal(same.named_parameters()[parameter.key()], parameter.value()));
    differ = differ || !torch::equal(other.named_parameters()[parameter.key()], parameter.value());
  }
  CHECK(differ);
}

TEST_CASE("the emulator sees every month of the window, in order, and only both ways together from either end") {
  const torch::NoGradGuard no_grad;
  for (const auto& options : all_kinds()) {
    EmulatorNetwork network(options, 1);
    network.eval();
    const auto input = draw_input(options, 1), maps = network.forward(input);
    for (std::int64_t month = 0; month < options.window; ++month) {
      auto other = input.clone();
      other.select(1, month) += 1;
      CHECK_FALSE(torch::allclose(network.forward(other), maps, 1e-6, 1e-7));
    }
    CHECK_FALSE(torch::allclose(network.forward(input.flip(1)), maps, 1e-6, 1e-7));
  }
}

TEST_CASE("windows that share months have the maps that they have apart") {
  const torch::NoGradGuard no_grad;
  for (const auto& options : all_kinds()) {
    EmulatorNetwork network(options, 1);
    network.eval();
    torch::manual_seed(2);
    const auto months = torch::randn({5, options.channels, options.height, options.width});
    const auto places = torch::tensor({{0, 1, 2}, {1, 2, 3}, {4, 0, 4}});
    const auto apart = months.index_select(0, places.flatten()).unflatten(0, {3, 3});
    CHECK(torch::allclose(network.forward(months, places), network.forward(apart), 1e-6, 1e-6));
  }
}

TEST_CASE("branches have nothing in common") {
  EmulatorNetwork network(small(), 1);
  const auto maps = network.forward(draw_input(small(), 2));
  maps.select(1, 0).sum().backward();
  std::int64_t reached = 0;
  for (const auto& parameter : network.named_parameters()) {
    const bool sloped = parameter.value().grad().abs().sum().item<double>() > 0;
    reached += sloped ? 1 : 0;
    if (sloped) CHECK(parameter.key().starts_with("branch1."));
  }
  CHECK(reached > 20);
}

TEST_CASE("gradients of the emulator agree with finite differences") {
  for (const auto& options : all_kinds()) {
    EmulatorNetwork network(options, 3);
    network.to(torch::kFloat64);
    const auto input = draw_input(options, 2).to(torch::kFloat64);
    const auto loss = [&] { return network.forward(input).cos().sum(); };
    loss().backward();
    for (auto& parameter : network.named_parameters()) {
      CAPTURE(parameter.key());
      const auto gradient = parameter.value().grad();
      const double slope = gradient.norm().item<double>(), step = 1e-5;
      if (slope < 1e-8) continue;  // biases in front of batch norm
      const torch::NoGradGuard no_grad;
      parameter.value().add_(gradient, step / slope);
      const double up = loss().item<double>();
      parameter.value().add_(gradient, -2 * step / slope);
      const double down = loss().item<double>();
      parameter.value().add_(gradient, step / slope);
      CHECK((up - down) / (2 * step) == Approx(slope).epsilon(1e-3));
    }
  }
}

TEST_CASE("products in bfloat16 change maps little; dropout draws from the default generator") {
  auto options = small();
  options.init_dim = 16;
  EmulatorNetwork exact(options, 1);
  options.product_type = torch::kBFloat16;
  EmulatorNetwork rounded(options, 1);
  const auto input = draw_input(options, 4);
  const auto maps = exact.forward(input), other = rounded.forward(input);
  CHECK(other.is_floating_point());
  CHECK(other.element_size() == 4);
  const double change = ((other - maps).norm() / maps.norm()).item<double>();
  CHECK(change > 1e-5);
  CHECK(change < 0.03);
  options.dropout = 0.5;
  EmulatorNetwork dropping(options, 1);
  torch::manual_seed(4);
  const auto first = dropping.forward(input), second = dropping.forward(input);
  torch::manual_seed(4);
  CHECK(torch::equal(dropping.forward(input), first));
  CHECK_FALSE(torch::equal(second, first));
}
