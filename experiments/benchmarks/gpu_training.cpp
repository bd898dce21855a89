// Our half of gpu_training.py: samples a second of training on the first GPU, parameters, and the share of the peak.
#include <torch/cuda.h>
#include <torch/utils.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "datasets/batch.hpp"
#include "experiments/benchmarks/measure.hpp"
#include "models/emulator_network.hpp"
#include "models/make_nowcast_network.hpp"
#include "models/make_segmentation_network.hpp"
#include "models/nowcast_loss.hpp"
#include "models/segmentation_loss.hpp"
#include "models/tornado_cnn.hpp"
#include "models/tornado_loss.hpp"
#include "worker/training/convolution_peak.hpp"
#include "worker/training/device_arithmetic.hpp"
#include "worker/training/optimizer.hpp"
#include "worker/training/recorded_pass.hpp"

using namespace stormsweep;

namespace {

const torch::Device gpu(torch::kCUDA, 0);

/// A network at its published size, on the GPU, a batch that lies there, and its loss.
struct Trainee {
  std::shared_ptr<torch::nn::Module> network;
  Batch batch;
  std::function<torch::Tensor(const Batch&)> loss;
  double forward_flops = 0;  ///< of a sample
};

Trainee tornado(std::int64_t batch, torch::ScalarType type) {
  const auto network = std::make_shared<TornadoCnn>(TornadoCnnOptions{.convolution_type = type}, 1);
  network->to(gpu);
  const auto input = torch::randn({batch, 3, 32, 32}, gpu).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto target = (torch::rand({batch}, gpu) < 0.05).to(torch::kFloat32);
  const TornadoPath path = fastest_path(*network, input);
  return {network,
          {input, target},
          [=](const Batch& b) { return tornado_loss(*network, b.input, b.target, 1, path).loss; },
          static_cast<double>(network->forward_flops())};
}

Trainee nowcast(std::int64_t batch, torch::ScalarType type) {
  const std::shared_ptr<NowcastNetwork> network = make_nowcast_network("samsi", {.convolution_type = type}, 1);
  network->to(gpu);
  const auto input = torch::randn({batch, 7, 256, 256}, gpu).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto target = torch::randn({batch, 6, 96, 96}, gpu);
  return {network,
          {input, target},
          [=](const Batch& b) { return nowcast_loss(network->forward(b.input, NowcastExtent::inner), b.target); },
          static_cast<double>(network->forward_flops(256, 256))};
}

Trainee segmentation(const std::string& name, std::int64_t batch, torch::ScalarType type) {
  const auto network =
      make_segmentation_network(name, {.batch_norm = name == "deeplabv3plus", .convolution_type = type}, 1);
  network->to(gpu);
  const auto input = torch::rand({batch, 16, 768, 1152}, gpu).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto labels = torch::randint(3, {batch, 768, 1152}, torch::TensorOptions(gpu).dtype(torch::kUInt8));
  const auto weights = torch::tensor({0.021839f, 0.812181f, 0.165981f}, gpu);
  double flops = 0;
  for (const auto& layer : network->forward_flops(768, 1152)) flops += static_cast<double>(layer.forward);
  return {network,
          {input, labels},
          [=](const Batch& b) { return segmentation_loss(network->forward(b.input), b.target, weights); },
          flops};
}

Trainee emulator(std::int64_t batch, torch::ScalarType type) {
  const auto network = std::make_shared<EmulatorNetwork>(EmulatorOptions{.product_type = type}, 1);
  network->to(gpu);
  const auto input = torch::randn({batch, 12, 6, 48, 72}, gpu), truth = torch::randn({batch, 2, 48, 72}, gpu);
  return {network,
          {input, truth},
          [=](const Batch& b) { return torch::mse_loss(network->forward(b.input), b.target); },
          static_cast<double>(network->forward_flops())};
}

Trainee make(const std::string& name, std::int64_t batch, torch::ScalarType type) {
  if (name == "tornado") return tornado(batch, type);
  if (name == "nowcast") return nowcast(batch, type);
  if (name == "emulator") return emulator(batch, type);
  return segmentation(name, batch, type);
}

}  // namespace

/// Network, samples of a batch, float32, tf32 or bfloat16, repeats, seconds.
int main(int, char** words) {
  using Clock = std::chrono::steady_clock;
  const std::string precision = words[3];
  const std::int64_t batch = std::stoi(words[2]);
  const auto type = precision == "bfloat16" ? torch::kBFloat16 : torch::kFloat32;
  use_device(gpu);
  allow_tf32(precision == "tf32");
  torch::manual_seed(0);
  const Trainee trainee = make(words[1], batch, type);
  const auto optimizer = make_optimizer("adam", 1e-4, trainee.network->parameters());
  RecordedPass pass([&](const Batch& samples) {
    trainee.network->zero_grad(/*set_to_none=*/false);
    const auto loss = trainee.loss(samples);
    loss.backward();
    return loss.detach();
  });
  const auto steps = [&](int count) {
    const auto begin = Clock::now();
    for (int i = 0; i < count; ++i) {
      pass(trainee.batch);
      optimizer->step();
    }
    torch::cuda::synchronize();
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  steps(5);  // the last ones recorded, where that pays
  const double one = steps(3) / 3;
  const int count = std::max(3, static_cast<int>(std::stod(words[5]) / one));
  double rate = 0;
  for (int i = 0; i < std::stoi(words[4]); ++i) {
    rate = count * static_cast<double>(batch) / steps(count);
    std::printf("%g ", rate);
  }
  std::printf("%lld %.3f\n", static_cast<long long>(count_parameters(*trainee.network)),
              3 * trainee.forward_flops * rate / convolution_peak(gpu, type));
}
