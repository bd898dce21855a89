#pragma once

#include <torch/types.h>

namespace stormsweep {

/// Whether the device computes products of such numbers, and faster than those of float32.
bool computes_in(const torch::Device& device, torch::ScalarType type);

/// `operand` of a product to be computed in `type`: of that type where the device computes in it; else rounded to it
/// but kept as float32. Float64, in which only tests compute, stays.
torch::Tensor in_type(const torch::Tensor& operand, torch::ScalarType type);

}  // namespace stormsweep
