// Ours of segmentation_training.py: processor seconds a sample of training, and the number of parameters.
#include <torch/optim/adam.h>
#include <torch/utils.h>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string>

#include "datasets/weather/weather_sizes.hpp"
#include "models/make_segmentation_network.hpp"
#include "models/segmentation_loss.hpp"
#include "worker/training/device_memory.hpp"

using namespace stormsweep;

namespace {

/// Of all threads; other work on the machine does not count.
double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double training(SegmentationNetwork& network, std::int64_t batch, std::int64_t height, std::int64_t width, int steps) {
  const auto input = torch::rand({batch, weather_channels, height, width});
  const auto labels = torch::randint(weather_classes, {batch, height, width}, torch::kUInt8);
  const auto weights = torch::tensor({0.021839f, 0.812181f, 0.165981f});
  torch::optim::Adam optimizer(network.parameters(), 1e-4);
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < steps; ++i) {
    const double begin = processor_seconds();
    optimizer.zero_grad();
    segmentation_loss(network.forward(input), labels, weights).backward();
    optimizer.step();
    if (i > 0) best = std::min(best, (processor_seconds() - begin) / static_cast<double>(batch));
  }
  return best;
}

}  // namespace

/// Network, share of the width, float32 or bfloat16, samples at once, height, width, steps. Batch norm where published.
int main(int, char** words) {
  keep_freed_memory();  // as stormsweep-worker does
  torch::set_num_threads(1);
  torch::manual_seed(0);
  const std::string name = words[1], type = words[3];
  const auto network =
      make_segmentation_network(name,
                                {.width = std::stod(words[2]),
                                 .batch_norm = name == "deeplabv3plus",
                                 .convolution_type = type == "bfloat16" ? torch::kBFloat16 : torch::kFloat32},
                                1);
  std::int64_t parameters = 0;
  for (const auto& parameter : network->parameters()) parameters += parameter.numel();
  const double seconds =
      training(*network, std::stoi(words[4]), std::stoi(words[5]), std::stoi(words[6]), std::stoi(words[7]));
  std::printf("%g %lld\n", seconds, static_cast<long long>(parameters));
}
