#include "models/kernels/sparse_activation.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include "models/kernels/map_slice.hpp"
#include "models/kernels/sparse_draw.hpp"
#include "models/kernels/sparse_kernels.hpp"

#ifdef STORMSWEEP_CUDA
#include <c10/cuda/CUDAStream.h>

#include "models/kernels/activation_cuda.hpp"
#endif

namespace stormsweep {

namespace {

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

#ifdef STORMSWEEP_CUDA

CudaMap cuda_map(const torch::Tensor& map) {
  const auto type = map.scalar_type();
  return {type == torch::kFloat32   ? CudaNumber::float32
          : type == torch::kFloat16 ? CudaNumber::float16
                                    : CudaNumber::bfloat16,
          map.size(0) * map.size(2) * map.size(3), static_cast<int>(map.size(1))};
}

bool kernels_take(const torch::Tensor& map, const torch::Tensor& bias) {
  const auto type = map.scalar_type();
  const bool number = type == torch::kFloat32 || type == torch::kFloat16 || type == torch::kBFloat16;
  return map.is_cuda() && number && map.is_contiguous(torch::MemoryFormat::ChannelsLast) &&
         (!bias.defined() || (bias.scalar_type() == type && bias.is_contiguous()));
}

struct CudaBias : torch::autograd::Function<CudaBias> {
  static torch::Tensor forward(torch::autograd::AutogradContext*, const torch::Tensor& map, const torch::Tensor& bias) {
    const auto result = map.detach();
    add_bias_by_cuda(cuda_map(map), result.data_ptr(), bias.data_ptr(), c10::cuda::getCurrentCUDAStream());
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list slopes) {
    return {slopes[0], slopes[0].sum({0, 2, 3})};
  }
};

struct CudaActivation : torch::autograd::Function<CudaActivation> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map, double rate,
                               const torch::Tensor& bias) {
    const auto result = map.detach();
    torch::Tensor seed;
    if (rate > 0) seed = torch::empty({1}, map.options().dtype(torch::kInt64)).random_();
    activate_by_cuda(cuda_map(map), result.data_ptr(), bias.defined() ? bias.data_ptr() : nullptr, rate,
                     seed.defined() ? seed.data_ptr<std::int64_t>() : nullptr, c10::cuda::getCurrentCUDAStream());
    context->save_for_backward({result});
    context->saved_data["rate"] = rate;
    context->saved_data["biased"] = bias.defined();
    return result;
  }

  /// Whether the kernel can read the slope where it lies: channels together, pixels a step apart.
  static bool in_steps(const torch::Tensor& slope) {
    const auto step = slope.stride(3);
    return slope.stride(1) == 1 && slope.stride(2) == step * slope.size(3) &&
           slope.stride(0) == slope.stride(2) * slope.size(2);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto activation = context->get_saved_variables()[0];
    const auto slope = in_steps(slopes[0]) ? slopes[0] : slopes[0].contiguous(torch::MemoryFormat::ChannelsLast);
    const auto result = torch::empty_like(activation);
    activation_slope_by_cuda(cuda_map(activation), activation.data_ptr(), slope.data_ptr(), pixel_step(slope),
                             result.data_ptr(), context->saved_data["rate"].toDouble(),
                             c10::cuda::getCurrentCUDAStream());
    return {result, {}, context->saved_data["biased"].toBool() ? result.sum({0, 2, 3}) : torch::Tensor()};
  }
};

#endif

/// Numbers first ... end - 1 of a map, by a kernel, if there is one for them.
template <class Number, class Bits>
void activate(const SparseDraw& draw, void (*kernel)(const SparseDraw&, Bits*, std::int64_t, std::int64_t),
              Number* numbers, std::int64_t first, std::int64_t end) {
  if (kernel) return kernel(draw, reinterpret_cast<Bits*>(numbers + first), end - first, first);
  for (auto i = first; i < end; ++i)
    numbers[i] = draw.activation(static_cast<float>(numbers[i]), static_cast<std::uint32_t>(i));
}

}  // namespace

void activate_sparsely(torch::Tensor map, double rate) {
  if (rate == 0) {
    map.relu_();
    return;
  }
  SparseDraw draw(rate);
  draw.seed(torch::empty({1}, torch::kInt64).random_().item<std::int64_t>());
  const auto* kernels = sparse_kernels();
  at::parallel_for(0, map.numel(), 1 << 16, [&](std::int64_t first, std::int64_t end) {
    if (map.scalar_type() == torch::kFloat32)
      activate(draw, kernels ? kernels->exact : nullptr, map.data_ptr<float>(), first, end);
    else
      activate(draw, kernels ? kernels->rounded : nullptr, map.data_ptr<at::BFloat16>(), first, end);
  });
}

torch::Tensor sparse_activation_slope(const torch::Tensor& activation, const torch::Tensor& slope, double rate) {
  auto result = torch::threshold_backward(slope, activation, 0);
  return rate == 0 ? result : result.mul_(1 / (1 - rate));
}

torch::Tensor sparse_activation(const torch::Tensor& map, double rate, const torch::Tensor& bias) {
#ifdef STORMSWEEP_CUDA
  if (kernels_take(map, bias)) return CudaActivation::apply(map, rate, bias);
#endif
  if (bias.defined()) return sparse_activation(biased(map, bias), rate);
  const bool dense = map.is_contiguous() || map.is_contiguous(torch::MemoryFormat::ChannelsLast);
  const bool known = map.scalar_type() == torch::kFloat32 || map.scalar_type() == torch::kBFloat16;
  if (map.is_cpu() && known && dense) return Activation::apply(map, rate);
  return torch::dropout(map.relu(), rate, true);
}

torch::Tensor biased(const torch::Tensor& map, const torch::Tensor& bias) {
  if (!bias.defined()) return map;
#ifdef STORMSWEEP_CUDA
  if (kernels_take(map, bias)) return CudaBias::apply(map, bias);
#endif
  return map + bias.view({1, -1, 1, 1});
}

}  // namespace stormsweep
