// Our half of emulator_training.py: processor seconds a sample of training, parameters, and the share of the machine's
// peak that the recurrent input matrix reaches.
#include <torch/utils.h>
#include <cstdio>
#include <string>

#include "experiments/benchmarks/measure.hpp"
#include "models/emulator_network.hpp"
#include "models/kernels/operand_type.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/matrix_products.hpp"
#include "worker/training/optimizer.hpp"
#include "worker/training/own_gradients.hpp"

using namespace stormsweep;

namespace {

double training(EmulatorNetwork& network, std::int64_t batch, int steps) {
  const auto& o = network.options();
  const auto input = torch::randn({batch * o.window, o.channels, o.height, o.width})
                         .contiguous(torch::MemoryFormat::ChannelsLast)
                         .unflatten(0, {batch, o.window});
  const auto truth = torch::randn({batch, o.targets, o.height, o.width});
  const auto optimizer = make_optimizer("adamw", 1e-4, network.parameters());
  return best_seconds(steps, [&] {
    network.zero_grad(/*set_to_none=*/true);
    torch::mse_loss(network.forward(input), truth).backward();
    own_gradients(network.parameters());
    optimizer->step();
  });
}

double product_rate(const torch::Tensor& left, const torch::Tensor& right) {
  const auto seconds = best_seconds(4, [&] { left.mm(right); });
  return 2 * static_cast<double>(left.numel() * right.size(1)) / seconds;
}

/// The rate of the product of a batch's months with the first recurrent layer's input matrix, as a share of that of a
/// square product that fits into the caches.
double product_share(const EmulatorOptions& o, std::int64_t batch) {
  const torch::NoGradGuard no_grad;
  const auto in = 4 * o.init_dim * (o.height / 2) * (o.width / 2);
  const auto operand = [&](std::int64_t rows, std::int64_t columns) {
    return in_type(torch::randn({rows, columns}), o.product_type);
  };
  return product_rate(operand(batch * o.window, in), operand(3 * o.hidden, in).t()) /
         product_rate(operand(1024, 1024), operand(1024, 1024));
}

}  // namespace

/// init_dim, float32 or bfloat16, samples of a batch, threads, steps.
int main(int, char** words) {
  // As stormsweep-worker does.
  keep_freed_memory();
  widen_matrix_products();
  EmulatorOptions options;
  options.init_dim = std::stoi(words[1]);
  options.product_type = std::string(words[2]) == "bfloat16" ? torch::kBFloat16 : torch::kFloat32;
  const std::int64_t batch = std::stoi(words[3]);
  torch::set_num_threads(std::stoi(words[4]));
  EmulatorNetwork network(options, 1);
  torch::manual_seed(0);
  const double seconds = training(network, batch, std::stoi(words[5])) / static_cast<double>(batch);
  std::printf("%g %lld %.2f\n", seconds, static_cast<long long>(count_parameters(network)),
              product_share(options, batch));
}
