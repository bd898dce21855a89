#pragma once

#include <torch/types.h>

namespace stormsweep {

/// FLOP/s of a large convolution (3x3, 128 to 128 channels, 64 x 64 pixels) in arithmetic of `type`, or of float32
/// where a processor gains nothing from bfloat16, with the threads that LibTorch now has: the best of several, for each
/// type, with and without TensorFloat-32. On a GPU they are made at the first call; on a processor, where other ranks
/// may have been starting then, each call tries again, for some 10 ms, and returns the best so far. A network's FLOP/s
/// are reported as a share of it, which can exceed 1 where other shapes suit the machine better. 0 where the device
/// lacks the arithmetic, or has no memory left for it.
double convolution_peak(const torch::Device& device, torch::ScalarType type);

}  // namespace stormsweep
