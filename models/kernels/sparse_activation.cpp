#include "models/kernels/sparse_activation.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <cstdint>
#include <limits>

namespace stormsweep {

namespace {

/// Mixes all bits of a number with two multiplications (Wellons 2018, "lowbias32").
std::uint32_t mixed(std::uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  return x ^ (x >> 16);
}

struct Activation : torch::autograd::Function<Activation> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map, double rate) {
    const auto result = map.detach();
    activate_sparsely(result, rate);
    context->save_for_backward({result});
    context->saved_data["rate"] = rate;
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    return {
        sparse_activation_slope(context->get_saved_variables()[0], slopes[0], context->saved_data["rate"].toDouble()),
        {}};
  }
};

}  // namespace

void activate_sparsely(torch::Tensor map, double rate) {
  if (rate == 0) {
    map.relu_();
    return;
  }
  const auto seed = torch::empty({1}, torch::kInt64).random_().item<std::int64_t>();
  const auto start = static_cast<std::uint32_t>(seed), step = static_cast<std::uint32_t>(seed >> 31) | 1;
  const auto least = static_cast<std::uint32_t>(rate * std::numeric_limits<std::uint32_t>::max());
  const auto scale = static_cast<float>(1 / (1 - rate));
  auto* values = map.data_ptr<float>();
  at::parallel_for(0, map.numel(), 1 << 16, [&](std::int64_t first, std::int64_t end) {
    for (auto i = first; i < end; ++i) {
      const bool kept = mixed(start + step * static_cast<std::uint32_t>(i)) >= least;
      values[i] = kept && values[i] > 0 ? values[i] * scale : 0;
    }
  });
}

torch::Tensor sparse_activation_slope(const torch::Tensor& activation, const torch::Tensor& slope, double rate) {
  auto result = torch::threshold_backward(slope, activation, 0);
  return rate == 0 ? result : result.mul_(1 / (1 - rate));
}

torch::Tensor sparse_activation(const torch::Tensor& map, double rate) {
  const bool dense = map.is_contiguous() || map.is_contiguous(torch::MemoryFormat::ChannelsLast);
  if (map.is_cpu() && map.scalar_type() == torch::kFloat32 && dense) return Activation::apply(map, rate);
  return torch::dropout(map.relu(), rate, true);
}

}  // namespace stormsweep
