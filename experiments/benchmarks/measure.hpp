#pragma once

#include <torch/nn/module.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>

#include "search/base/time.hpp"

namespace stormsweep {

/// Seconds of the fastest of `times` runs of `work` except the first: of the processor where LibTorch has one thread,
/// as other work on the machine does not count then, else those that passed.
template <class Work>
double best_seconds(int times, const Work& work) {
  const auto now = [alone = torch::get_num_threads() == 1] {
    return alone ? static_cast<double>(std::clock()) / CLOCKS_PER_SEC : steady_time().count();
  };
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
