#pragma once

#include <torch/types.h>

#include "models/tornado_cnn.hpp"

namespace stormsweep {

/// Which code computes the network.
enum class TornadoPath {
  layers,   ///< LibTorch's layers: any device, any precision
  kernels,  ///< models/kernels/tornado_kernels, tornado_cuda: float32 and bf16 on a processor with AVX2, AVX-512 or
            ///< NEON, and on a GPU with enough shared memory (A100, H100 and later); equal up to rounding
};

/// The fastest path for `network` on the device of `input`.
TornadoPath fastest_path(const TornadoCnn& network, const torch::Tensor& input);

/// Whether this processor's kernels are faster in bf16 than in float32: by matrix units (AMX). Others round to
/// bfloat16, and multiply as in float32.
bool tornado_gains_from_bfloat16();

struct TornadoLoss {
  torch::Tensor loss;    ///< scalar with the graph for backward: mean binary cross-entropy, positives weighted
  torch::Tensor logits;  ///< [n], without the graph
};

/// Loss of `input` [n, 3, 32, 32], standardised, against `target` [n], 0 or 1; draws dropout from the default generator
/// in training mode. With kernels the gradients are computed here, and backward only hands them over; neither they nor
/// the logits depend on the number of threads.
TornadoLoss tornado_loss(TornadoCnn& network, const torch::Tensor& input, const torch::Tensor& target,
                         double positive_weight, TornadoPath path);

/// Logits [n] without a graph and without dropout.
torch::Tensor tornado_logits(TornadoCnn& network, const torch::Tensor& input, TornadoPath path);

}  // namespace stormsweep
