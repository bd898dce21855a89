#pragma once

#include <torch/types.h>

namespace stormsweep {

/// FLOP/s of a large convolution (3x3, 128 to 128 channels, 64 x 64 pixels) in arithmetic of `type`, with the threads
/// that LibTorch now has: the best of several, on a processor well under 0.2 s. What a network reaches is told as a
/// share of it, and can exceed 1 where other shapes suit the machine better. Measured once for each device and type,
/// and TensorFloat-32 allowed or not; 0 where the device has no such arithmetic, or no room now.
double convolution_peak(const torch::Device& device, torch::ScalarType type);

}  // namespace stormsweep
