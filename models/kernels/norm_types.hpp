#pragma once

#include <torch/types.h>

#include <cstdint>

#include "models/kernels/norm_kernels.hpp"

namespace stormsweep {

/// Whether the processor has norm kernels for maps of this type, in memory and channels last.
inline bool has_norm_kernels(const torch::Tensor& map) {
  const bool known = map.scalar_type() == torch::kFloat32 || map.scalar_type() == torch::kBFloat16;
  return norm_kernels() && map.is_cpu() && known && map.is_contiguous(torch::MemoryFormat::ChannelsLast);
}

/// Calls call(the kernels for the type of a map's numbers, a zero of it).
template <class Call>
void by_number_type(const torch::Tensor& map, const Call& call) {
  if (map.scalar_type() == torch::kFloat32)
    call(norm_kernels()->exact, float{});
  else
    call(norm_kernels()->rounded, std::uint16_t{});
}

template <class Number>
Number* numbers(const torch::Tensor& map) {
  return static_cast<Number*>(map.data_ptr());
}

}  // namespace stormsweep
