#pragma once

#include <math.h>  // NOLINT(modernize-deprecated-headers): <cmath> may bring in more

#include <cstdint>

#include "models/kernels/tornado_kernels.hpp"

// The tornado network's shape and loss, for the sources of its kernels for processors.

namespace stormsweep {

namespace {

constexpr int kernel = 5, margin = kernel / 2;

/// A convolution: sides of its input and output, which are equal, and their channels.
struct Layer {
  int side, in, out;
  constexpr int padded() const { return side + 2 * margin; }  ///< side of the input, and of the gradient, with margins
};
constexpr Layer layer1{32, 3, 8}, layer2{16, 8, 16}, layer3{8, 16, 32};
constexpr int pool = 2;
static_assert(layer1.side == pool * layer2.side && layer2.side == pool * layer3.side);
static_assert(layer1.out == layer2.in && layer2.out == layer3.in);
/// Points of the features with and without pooling behind the last convolution.
constexpr int all_points = layer3.side * layer3.side, pooled_points = all_points / (pool * pool);

/// NaN stays NaN, as in LibTorch: a training that has diverged must show it.
inline float positive(float x) {
  return x <= 0 ? 0 : x;
}

inline const float* row(const float* dropout, std::int64_t sample, int channels) {
  return dropout ? dropout + sample * channels : nullptr;
}

/// Writes the loss of sample i, given its logit; returns the loss's derivative by the logit.
inline float slope_of_loss(const TornadoSamples& samples, std::int64_t i) {
  const float logit = samples.logits[i], target = samples.targets[i];
  const float weight = target > 0.5f ? samples.positive_weight : 1;
  const float small = expf(-fabsf(logit)), probability = (logit > 0 ? 1 : small) / (1 + small);
  samples.losses[i] = weight * (positive(logit) - logit * target + log1pf(small));
  return weight * (probability - target);
}

}  // namespace

}  // namespace stormsweep
