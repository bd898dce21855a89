// Our half of segmentation_training.py: processor seconds a sample of training, and the number of parameters.
#include <torch/utils.h>
#include <cstdio>
#include <string>

#include "datasets/weather/weather_sizes.hpp"
#include "experiments/benchmarks/measure.hpp"
#include "models/make_segmentation_network.hpp"
#include "models/segmentation_loss.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/matrix_products.hpp"
#include "worker/training/optimizer.hpp"
#include "worker/training/own_gradients.hpp"

using namespace stormsweep;

namespace {

double training(SegmentationNetwork& network, std::int64_t batch, std::int64_t height, std::int64_t width, int steps) {
  const auto input = torch::rand({batch, weather_channels, height, width});
  const auto labels = torch::randint(weather_classes, {batch, height, width}, torch::kUInt8);
  const auto weights = torch::tensor({0.021839f, 0.812181f, 0.165981f});
  const auto optimizer = make_optimizer("adam", 1e-4, network.parameters());
  const double seconds = best_seconds(steps, [&] {
    network.zero_grad(/*set_to_none=*/true);
    segmentation_loss(network.forward(input), labels, weights).backward();
    own_gradients(network.parameters());
    optimizer->step();
  });
  return seconds / static_cast<double>(batch);
}

}  // namespace

/// Network, share of the width, float32 or bfloat16, samples at once, height, width, threads, steps. Batch norm where
/// published.
int main(int, char** words) {
  // As stormsweep-worker does.
  keep_freed_memory();
  widen_matrix_products();
  torch::set_num_threads(std::stoi(words[7]));
  torch::manual_seed(0);
  const std::string name = words[1], type = words[3];
  const auto network =
      make_segmentation_network(name,
                                {.width = std::stod(words[2]),
                                 .batch_norm = name == "deeplabv3plus",
                                 .convolution_type = type == "bfloat16" ? torch::kBFloat16 : torch::kFloat32},
                                1);
  const double seconds =
      training(*network, std::stoi(words[4]), std::stoi(words[5]), std::stoi(words[6]), std::stoi(words[8]));
  std::printf("%g %lld\n", seconds, static_cast<long long>(count_parameters(*network)));
}
