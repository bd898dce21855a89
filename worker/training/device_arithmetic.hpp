#pragma once

#include <torch/types.h>

namespace stormsweep {

/// Makes `device` the one of this process. On a GPU it also forbids TF32 for float32, and allows only those cuDNN
/// algorithms that add in a fixed order, so that every run gives the same bits as far as LibTorch's kernels can.
void use_device(const torch::Device& device);

/// Whether products of float32 may round their factors to TF32's 10 bits, for tensor cores. GPUs only.
void allow_tf32(bool allowed);

}  // namespace stormsweep
