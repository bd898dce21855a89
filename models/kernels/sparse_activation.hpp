#pragma once

#include <torch/types.h>

namespace stormsweep {

/// ReLU and dropout of `rate` in one: what is positive is kept with probability 1 - rate, and then divided by it.
/// Draws one number from the default generator for the whole map, and the rest by hashing element numbers, which on a
/// processor is many times faster. `bias`, where given, is added before, to each channel its own. Overwrites `map`.
/// Differentiable; nothing is saved but the result, as what is positive there is what was kept.
torch::Tensor sparse_activation(const torch::Tensor& map, double rate, const torch::Tensor& bias = {});

/// `map` and its channels' `bias`, if defined. On a GPU it may overwrite `map`. Differentiable.
torch::Tensor biased(const torch::Tensor& map, const torch::Tensor& bias);

/// Without a gradient: `map` of float32 on the processor becomes its activation. The same for any number of threads.
void activate_sparsely(torch::Tensor map, double rate);
/// The gradient of a map from `slope`, that of its activation.
torch::Tensor sparse_activation_slope(const torch::Tensor& activation, const torch::Tensor& slope, double rate);

}  // namespace stormsweep
