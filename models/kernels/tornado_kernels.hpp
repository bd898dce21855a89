#pragma once

#include <cstddef>
#include <cstdint>

namespace stormsweep {

/// The tornado network written out by hand for the vector units of a processor: forward and backward pass of one
/// sample after the other, so that everything but the weights stays in the second-level cache. Faster than LibTorch's
/// layers because no activation goes to memory and channels (8, 16, 32) fill vectors exactly. Used by
/// models/tornado_loss.
///
/// Arrays are channels last: patches [32][32][3], convolution weights [ky][kx][in][out], dense weights [y][x][channel].
struct TornadoWeights {
  const float* forward[3];   ///< convolution i: 3 -> 8, 8 -> 16, 16 -> 32
  const float* backward[3];  ///< the same turned by 180 degrees, [ky][kx][out][in]; [0] is not used
  const float* bias[3];
  const float* dense;
  float dense_bias;
};

/// Sums over samples of the gradients, in one buffer: weights (layout of `forward`) and bias of each convolution in
/// turn, dense weights, dense bias.
struct TornadoGradients {
  float* weight[3];
  float* bias[3];
  float* dense;
  float* dense_bias;
};

struct TornadoSamples {
  const float* patches;     ///< [n][32][32][3], standardised
  const float* dropout[3];  ///< [n][8], [n][16], [n][32]: what multiplies each channel; null: nothing
  const float* targets;     ///< [n], 0 or 1
  float positive_weight;    ///< of the loss of positive samples
  bool pool_last;
  float* logits;  ///< [n], written
  float* losses;  ///< [n], written by `learn`: weighted binary cross-entropy
};

struct TornadoKernels {
  /// Floats that `workspace` must hold, zeroed by the caller before its first use, then left to the kernels, and not
  /// moved.
  std::size_t workspace;
  void (*predict)(const TornadoWeights&, const TornadoSamples&, std::int64_t first, std::int64_t last,
                  float* workspace);
  /// Adds the gradients of the SUM of the losses of samples first ... last - 1.
  void (*learn)(const TornadoWeights&, const TornadoSamples&, std::int64_t first, std::int64_t last, float* workspace,
                const TornadoGradients&);
};

/// Null where the processor has no vector units for which they are compiled.
const TornadoKernels* tornado_kernels();

/// The same, but what enters the convolutions' products is rounded to bfloat16; the weights must be so already.
const TornadoKernels* tornado_rounding_kernels();

/// The same by matrix units, several times as fast. Null where the processor, or the operating system, has none.
const TornadoKernels* tornado_amx_kernels();

}  // namespace stormsweep
