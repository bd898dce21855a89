#pragma once

#include <torch/nn/module.h>

#include <cstdint>

namespace stormsweep {

/// The norm of the difference, as a share of the norm of `b`.
inline double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  const auto one = a.to(torch::kCPU, torch::kFloat64), other = b.to(torch::kCPU, torch::kFloat64);
  return ((one - other).norm() / other.norm()).item<double>();
}

inline std::int64_t count_parameters(const torch::nn::Module& network) {
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

}  // namespace stormsweep
