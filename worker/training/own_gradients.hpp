#pragma once

#include <vector>

#include <torch/types.h>

namespace stormsweep {

/// After a backward pass that found no gradients: gradients of zeros for parameters that no loss reaches, and memory of
/// its own for each. Autograd keeps what a node made, which spares zeroing and adding, and may so give two parameters
/// views of one memory, which a later pass would add to twice.
void own_gradients(const std::vector<torch::Tensor>& parameters);

}  // namespace stormsweep
