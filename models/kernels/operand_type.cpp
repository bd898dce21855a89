#include "models/kernels/operand_type.hpp"

#include "models/kernels/vector_units.hpp"
#include "search/base/processor.hpp"

namespace stormsweep {

bool computes_in(const torch::Device& device, torch::ScalarType type) {
  if (type == torch::kFloat32 || !device.is_cpu()) return true;
  static const bool gains = gains_from_bfloat16() && vector_units() == VectorUnits::avx512;
  return gains && type == torch::kBFloat16;
}

torch::Tensor in_type(const torch::Tensor& operand, torch::ScalarType type) {
  if (!operand.defined() || operand.scalar_type() == torch::kFloat64) return operand;
  if (type == torch::kFloat64) return operand.to(type);
  const auto rounded = operand.to(type);
  return computes_in(operand.device(), type) ? rounded : rounded.to(torch::kFloat32);
}

}  // namespace stormsweep
