// Our half of nowcast_training.py: processor seconds a sample of training, or wall seconds of a forecast.
#include <torch/utils.h>
#include <chrono>
#include <cstdio>
#include <string>

#include "experiments/benchmarks/measure.hpp"
#include "models/make_nowcast_network.hpp"
#include "models/nowcast_loss.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/matrix_products.hpp"
#include "worker/training/optimizer.hpp"
#include "worker/training/own_gradients.hpp"

using namespace stormsweep;

namespace {

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double training(NowcastNetwork& network, std::int64_t batch, int steps) {
  const auto input = torch::randn({batch, 7, 256, 256}), truth = torch::randn({batch, 6, 256, 256});
  const auto optimizer = make_optimizer("adam", 2e-4, network.parameters());
  const double seconds = best_seconds(steps, [&] {
    network.zero_grad(/*set_to_none=*/true);
    nowcast_loss(network.forward(input, NowcastExtent::inner), truth).backward();
    own_gradients(network.parameters());
    optimizer->step();
  });
  return seconds / static_cast<double>(batch);
}

double forecast(NowcastNetwork& network, std::int64_t side) {
  const torch::NoGradGuard no_grad;
  const auto input = torch::randn({1, 7, side, side});
  const double begin = wall_seconds();
  network.forward(input);
  return wall_seconds() - begin;
}

}  // namespace

/// Network (samsi or unet), what (batch size, or "forecast"), base filters, float32 or bfloat16, threads, steps.
int main(int, char** words) {
  // As stormsweep-worker does.
  keep_freed_memory();
  widen_matrix_products();
  const std::string what = words[2];
  const bool rounded = std::string(words[4]) == "bfloat16";
  torch::set_num_threads(std::stoi(words[5]));
  const auto network = make_nowcast_network(
      words[1], {.base_filters = std::stoi(words[3]), .convolution_type = rounded ? torch::kBFloat16 : torch::kFloat32},
      1);
  torch::manual_seed(0);
  std::printf("%g\n",
              what == "forecast" ? forecast(*network, 1000) : training(*network, std::stoi(what), std::stoi(words[6])));
}
