#include "models/kernels/ordered_sum.hpp"

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include <algorithm>

namespace stormsweep {

torch::Tensor ordered_sum(const torch::Tensor& parts) {
  constexpr std::int64_t block = 1024;  // columns at once
  const auto m = parts.size(0), k = parts.size(1), n = parts.size(2), blocks = (n + block - 1) / block;
  const auto sums = torch::zeros({m, n});
  at::parallel_for(0, m * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) {
      const auto row = i / blocks, first = i % blocks * block, count = std::min(block, n - first);
      const float* from = parts.data_ptr<float>() + row * k * n + first;
      float* to = sums.data_ptr<float>() + row * n + first;
      for (std::int64_t part = 0; part < k; ++part, from += n)
        for (std::int64_t j = 0; j < count; ++j) to[j] += from[j];
    }
  });
  return sums;
}

}  // namespace stormsweep
