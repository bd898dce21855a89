#pragma once

#include <vector>

#include <torch/types.h>

namespace stormsweep {

/// After a backward pass: gives parameters that the loss did not reach a gradient of zeros, so that an optimizer's step
/// treats all parameters the same, also after a restart; and gives each gradient memory of its own. Where a parameter
/// has no gradient, autograd stores what a node returned rather than zero and add, and so may give two parameters views
/// of the same memory, to which a later pass would add twice.
void own_gradients(const std::vector<torch::Tensor>& parameters);

}  // namespace stormsweep
