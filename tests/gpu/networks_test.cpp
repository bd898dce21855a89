// Every network, its loss and its gradients on a GPU, compared with what the processor computes.
#include <torch/utils.h>

#include <functional>
#include <string>
#include <vector>

#include "models/emulator_loss.hpp"
#include "models/emulator_network.hpp"
#include "models/make_nowcast_network.hpp"
#include "models/make_segmentation_network.hpp"
#include "models/nowcast_loss.hpp"
#include "models/segmentation_loss.hpp"
#include "models/tornado_cnn.hpp"
#include "models/tornado_loss.hpp"
#include "tests/gpu/gpu.hpp"

using namespace stormsweep;

namespace {

/// The loss, and all gradients concatenated.
struct Learned {
  torch::Tensor loss, gradients;
};

/// What a new network learns from the same numbers, on any device.
using Learn = std::function<Learned(const torch::Device& device, torch::ScalarType type)>;

Learned learned(torch::nn::Module& network, const torch::Tensor& loss) {
  loss.backward();
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : network.parameters()) {
    REQUIRE(parameter.grad().defined());
    CHECK(parameter.grad().device() == parameter.device());
    gradients.push_back(parameter.grad().flatten().to(torch::kCPU, torch::kFloat64));
  }
  return {loss.detach().to(torch::kCPU), torch::cat(gradients)};
}

torch::Tensor drawn(torch::IntArrayRef sizes) {
  torch::manual_seed(1);
  return torch::randn(sizes);
}

Learned learn_tornado(const torch::Device& device, torch::ScalarType type) {
  TornadoCnn network({.pool_last = false, .dropout = 0, .convolution_type = type}, 1);
  network.to(device);
  const auto input = drawn({64, 3, 32, 32}).contiguous(torch::MemoryFormat::ChannelsLast).to(device);
  const auto target = (torch::arange(64, device) % 5 == 0).to(torch::kFloat32);
  return learned(network, tornado_loss(network, input, target, 2.5, fastest_path(network, input)).loss);
}

Learn learn_nowcast(const std::string& name, NowcastExtrapolation extrapolation, bool balanced) {
  return [=](const torch::Device& device, torch::ScalarType type) {
    const NowcastOptions options{.base_filters = 8,
                                 .negative_slope = 0.1,
                                 .extrapolation = extrapolation,
                                 .dry = -0.5,
                                 .convolution_type = type};
    const auto network = make_nowcast_network(name, options, 1);
    network->to(device);
    const auto input = drawn({2, network->channels(), 256, 256}).to(device), target = drawn({2, 6, 96, 96}).to(device);
    const auto weights = balanced ? balanced_rain(0.2, 0.8, 0.01) : RainWeights{};
    return learned(*network, nowcast_loss(network->forward(input, NowcastExtent::inner), target, weights));
  };
}

Learn learn_segmentation(const std::string& name, bool batch_norm, Longitude longitude) {
  return [=](const torch::Device& device, torch::ScalarType type) {
    const auto network = make_segmentation_network(
        name, {.width = 0.25, .batch_norm = batch_norm, .dropout = 0, .longitude = longitude, .convolution_type = type},
        1);
    network->to(device);
    const auto input = drawn({4, 16, 96, 144}).to(device);
    const auto labels = (torch::arange(4 * 96 * 144, device) % 3).view({4, 96, 144}).to(torch::kUInt8);
    const auto weights = torch::tensor({0.02f, 0.8f, 0.18f}, device);
    return learned(*network, segmentation_loss(network->forward(input), labels, weights));
  };
}

Learn learn_emulator(EmulatorEncoding encoding, EmulatorMemory memory, bool bidirectional) {
  return [=](const torch::Device& device, torch::ScalarType type) {
    EmulatorNetwork network({.height = 24,
                             .width = 36,
                             .init_dim = 8,
                             .hidden = 32,
                             .encoding = encoding,
                             .memory = memory,
                             .bidirectional = bidirectional,
                             .dropout = 0,
                             .product_type = type},
                            1);
    network.to(device);
    const auto maps = network.forward(drawn({4, 12, 6, 24, 36}).to(device)), truth = drawn({4, 2, 24, 36}).to(device);
    return learned(network, torch::mse_loss(maps, truth));
  };
}

/// The emulator's losses of the same maps on both: the slope of an absolute difference jumps at 0, so the network's
/// gradients would jump where rounding moves a difference across 0.
Learned learn_emulator_losses(const torch::Device& device, torch::ScalarType) {
  torch::nn::Module maps;
  maps.register_parameter("map", drawn({4, 2, 24, 36}));
  maps.to(device);
  const auto truth = 0.5 * drawn({4, 2, 24, 36}).flip({0, 3}).to(device);
  const EmulatorLossWeights weights{.gabor = 0.1, .hessian = 0.1, .polar = 0.1, .dice = 0.7, .mse = 0.3};
  const TemperatureLoss temperature_loss(weights, 24, 36, truth.options());
  const torch::Tensor forecast = maps.parameters()[0];
  return learned(maps, temperature_loss(forecast.select(1, 0), truth.select(1, 0)) +
                           precipitation_loss(forecast.select(1, 1), truth.select(1, 1), weights));
}

struct Known {
  std::string name;
  Learn learn;
  double most = 1e-4;  ///< that gradients may differ by
};

/// Batch norm magnifies all rounding: that of DeepLabv3+'s single pixel of means, and that of the emulator's encoder,
/// whose gradients in float32 on a processor are 3e-4 away from those in float64.
const std::vector<Known> all{
    {"tornado", learn_tornado},
    {"nowcast samsi", learn_nowcast("samsi", NowcastExtrapolation::none, false)},
    {"nowcast samsi, residual", learn_nowcast("samsi", NowcastExtrapolation::residual, true)},
    {"nowcast unet, residual", learn_nowcast("unet", NowcastExtrapolation::residual, false)},
    {"nowcast unet, blend", learn_nowcast("unet", NowcastExtrapolation::blend, true)},
    {"tiramisu", learn_segmentation("tiramisu", false, Longitude::open)},
    {"deeplabv3plus", learn_segmentation("deeplabv3plus", true, Longitude::open), 0.1},
    {"deeplabv3plus, periodic", learn_segmentation("deeplabv3plus", false, Longitude::periodic)},
    {"emulator cnn gru", learn_emulator(EmulatorEncoding::cnn, EmulatorMemory::gru, false), 1e-3},
    {"emulator unet lstm", learn_emulator(EmulatorEncoding::unet, EmulatorMemory::lstm, true), 1e-3},
    {"emulator cnn none", learn_emulator(EmulatorEncoding::cnn, EmulatorMemory::none, false), 1e-3},
    {"emulator's losses", learn_emulator_losses},
};

}  // namespace

TEST_CASE("every network learns on a GPU what it learns on a processor, to float32's rounding") {
  REQUIRE_GPU(gpu);
  for (const auto& [name, learn, most] : all) {
    CAPTURE(name);
    const Learned there = learn(gpu, torch::kFloat32), here = learn(torch::kCPU, torch::kFloat32);
    const double loss = relative_difference(there.loss, here.loss);
    const double gradients = relative_difference(there.gradients, here.gradients);
    MESSAGE(name << ": loss " << loss << ", gradients " << gradients);
    CHECK(loss < 1e-5);
    CHECK(gradients < most);
  }
}

TEST_CASE("and again, to the last bit") {
  REQUIRE_GPU(gpu);
  for (const auto& [name, learn, most] : all) {
    CAPTURE(name);
    const Learned once = learn(gpu, torch::kFloat32), again = learn(gpu, torch::kFloat32);
    CHECK(once.loss.equal(again.loss));
    CHECK(once.gradients.equal(again.gradients));
  }
}

TEST_CASE("with tensor cores it learns nearly the same") {
  REQUIRE_GPU(gpu);
  for (const auto& [name, learn, most] : all) {
    CAPTURE(name);
    const Learned here = learn(torch::kCPU, torch::kFloat32);
    allow_tf32(true);
    const Learned tf32 = learn(gpu, torch::kFloat32);
    allow_tf32(false);
    const Learned bf16 = learn(gpu, torch::kBFloat16);
    MESSAGE(name << ": gradients by tf32 " << relative_difference(tf32.gradients, here.gradients) << ", by bf16 "
                 << relative_difference(bf16.gradients, here.gradients));
    CHECK(relative_difference(tf32.loss, here.loss) < 1e-2);
    CHECK(relative_difference(bf16.loss, here.loss) < 5e-2);
    if (most > 1e-3) continue;
    CHECK(relative_difference(tf32.gradients, here.gradients) < 0.1);
    CHECK(relative_difference(bf16.gradients, here.gradients) < 0.2);
  }
}
