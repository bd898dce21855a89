// The measured half of bfloat16_layers.py: processor milliseconds of a layer, forward and back, ours and LibTorch's.
#include <torch/csrc/autograd/autograd.h>
#include <torch/utils.h>
#include <cstdio>
#include <string>

#include "experiments/benchmarks/measure.hpp"
#include "models/kernels/bfloat16_convolution.hpp"
#include "worker/training/device_memory.hpp"

using namespace stormsweep;

/// Input channels, output channels, side of the kernel, side of the result, `ours` or `library`, runs.
int main(int, char** words) {
  keep_freed_memory();
  torch::set_num_threads(1);
  torch::manual_seed(0);
  const std::int64_t in = std::stoi(words[1]), out = std::stoi(words[2]), kernel = std::stoi(words[3]),
                     side = std::stoi(words[4]);
  const bool ours = std::string(words[5]) == "ours";
  const auto map = torch::randn({4, in, side + kernel - 1, side + kernel - 1})
                       .to(torch::kBFloat16)
                       .contiguous(torch::MemoryFormat::ChannelsLast)
                       .requires_grad_();
  const auto weight = torch::randn({out, in, kernel, kernel}).requires_grad_(),
             bias = torch::randn({out}).requires_grad_();
  const Bfloat16Convolution how{.negative_slope = 0};
  if (ours && !how.takes(map, weight)) {
    std::fprintf(stderr, "our kernels are not used for such a layer, or not on this processor\n");
    return 2;
  }
  const auto forward = [&] {
    return ours ? how(map, weight, bias)
                : torch::conv2d(map, weight.to(torch::kBFloat16), bias.to(torch::kBFloat16)).relu_();
  };
  const auto slope = torch::randn_like(forward());
  const int runs = std::stoi(words[6]);
  const double there = best_seconds(runs, forward), both = best_seconds(runs, [&] {
                                                      torch::autograd::grad({forward()}, {map, weight, bias}, {slope});
                                                    });
  std::printf("%g %g\n", 1e3 * there, 1e3 * (both - there));
}
