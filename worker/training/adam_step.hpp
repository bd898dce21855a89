#pragma once

#include <cstdint>

namespace stormsweep {

/// One step of Adam (Kingma and Ba 2015, algorithm 1), or of AdamW (Loshchilov and Hutter 2019, algorithm 2).
struct AdamStep {
  double learning_rate, beta1, beta2, epsilon;
  double weight_share;  ///< of the weight, added to its gradient: Adam's "weight decay"
  double decay;         ///< times the learning rate, the share that the weight loses: AdamW's
  std::int64_t number;  ///< of the step, from 1
};

/// Takes the step for `count` weights in the host's memory. It makes one pass over memory, whose bandwidth limits the
/// step of a large network; LibTorch's makes nine. The same bits on all x86 processors. Arrays must not overlap.
void take(const AdamStep& step, std::int64_t count, const float* gradient, float* weight, float* mean, float* square);

}  // namespace stormsweep
