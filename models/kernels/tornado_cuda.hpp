#pragma once

#include <cstdint>

#include "models/kernels/tornado_kernels.hpp"

struct CUstream_st;  // CUDA's own name of a stream; its headers are where its compiler is

namespace stormsweep {

/// The tornado network on a GPU of NVIDIA with at least 160 KB of shared memory a block (A100, H100 and their
/// successors), in float32. `rounded`: the operands of convolutions and of their gradients are rounded to bfloat16, but
/// multiplied as float32, because tensor cores are slower with so few channels. All pointers are the GPU's; nothing
/// waits. Used by models/tornado_loss.

/// The network's parameters, as they lie: weights [out][in][ky][kx], dense weights [channel][y][x].
struct TornadoCudaWeights {
  const float* weight[3];
  const float* bias[3];
  const float* dense;
  const float* dense_bias;
};

/// Floats of a block's sums: one a parameter.
inline constexpr int tornado_cuda_sums = 18705;

/// How many blocks a GPU works on at a time; 0 where it cannot run these kernels.
int tornado_cuda_blocks(int device);

using CudaStream = CUstream_st*;

/// Writes the logits of `count` samples.
void tornado_cuda_predict(const TornadoCudaWeights& weights, const TornadoSamples& samples, std::int64_t count,
                          int blocks, bool rounded, CudaStream stream);

/// Writes logits and losses, and to `gradients` those of the MEAN of the losses, each parameter's after the other, in
/// the order and layout of TornadoCnn::parameters(). `sums`: [blocks][tornado_cuda_sums], overwritten. Which block adds
/// what depends on the number of samples and blocks alone: the same bits run after run.
void tornado_cuda_learn(const TornadoCudaWeights& weights, const TornadoSamples& samples, std::int64_t count,
                        int blocks, float* sums, float* gradients, bool rounded, CudaStream stream);

}  // namespace stormsweep
