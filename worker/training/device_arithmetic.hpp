#pragma once

#include <torch/types.h>

namespace stormsweep {

/// Makes `device` the one of this process. On a GPU, float32 then means float32 and every run gives the same bits, as
/// far as LibTorch's kernels can: no TF32, and of cuDNN's algorithms those that add in a fixed order.
void use_device(const torch::Device& device);

/// Whether products of float32 may round their factors to TF32's 10 bits, for tensor cores. Of GPUs only.
void allow_tf32(bool allowed);

}  // namespace stormsweep
