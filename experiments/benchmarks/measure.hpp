#pragma once

#include <torch/nn/module.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>

namespace stormsweep {

/// Processor seconds, over all threads, of the fastest of `times` runs of `work` except the first: other work on the
/// machine does not count.
template <class Work>
double best_seconds(int times, const Work& work) {
  const auto now = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < times; ++i) {
    const double begin = now();
    work();
    if (i > 0) best = std::min(best, now() - begin);
  }
  return best;
}

inline std::int64_t count_parameters(const torch::nn::Module& network) {
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

}  // namespace stormsweep
