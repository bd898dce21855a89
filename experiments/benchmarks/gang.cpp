// Our half of gang.py: seconds of a sum of gradients, of a step alone and of a step in a gang of all ranks.
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/sgd.h>
#include <torch/utils.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "worker/training/gradients.hpp"

using namespace stormsweep;

namespace {

torch::nn::Sequential network() {
  torch::nn::Sequential layers;
  for (int i = 0; i < 4; ++i) {
    layers->push_back(torch::nn::Linear(2048, 2048));
    layers->push_back(torch::nn::ReLU());
  }
  layers->push_back(torch::nn::Linear(2048, 300));
  return layers;
}

double median_seconds(int repeats, const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int i = 0; i < repeats + 2; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    if (i >= 2) seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + repeats / 2, seconds.end());
  return seconds[static_cast<std::size_t>(repeats / 2)];
}

}  // namespace

int main(int, char** words) {
  const int repeats = std::atoi(words[1]), samples = std::atoi(words[2]);
  torch::set_num_threads(1);
  MpiChannel channel(std::chrono::seconds(60), [] { std::abort(); });
  Assignment assignment{{}, 1, {}};
  for (int rank = 0; rank < channel.size(); ++rank) assignment.members.push_back(rank);
  RankGang gang(channel, assignment, [] { return false; });

  torch::manual_seed(0);
  auto layers = network();
  torch::optim::SGD optimizer(layers->parameters(), 1e-3);
  const torch::Tensor input = torch::randn({samples, 2048});
  const auto backward = [&] { layers->forward(input).square().mean().backward(); };

  torch::Tensor sums = torch::zeros({17'400'000});
  const double sum = median_seconds(repeats, [&] { gang.sum(sums); });
  const double alone = median_seconds(repeats, [&] {
    optimizer.zero_grad();
    backward();
    optimizer.step();
  });
  Gradients gradients(layers->parameters(), &gang, {});
  const double together = median_seconds(repeats, [&] {
    gradients.zero();
    gradients.last_pass();
    backward();
    gradients.start(torch::zeros({0}));
    gradients.use();
    optimizer.step();
  });
  if (channel.rank() == 0) std::printf("%g %g %g\n", sum, alone, together);
}
