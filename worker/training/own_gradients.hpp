#pragma once

#include <vector>

#include <torch/types.h>

namespace stormsweep {

/// After a backward pass: a gradient of zeros for parameters that the loss has not reached, so that an optimizer's step
/// moves all of them whatever passes came before, those before a stop among them; and memory of its own for each.
/// Autograd keeps what a node made where it finds no gradient, which spares zeroing and adding, and may so give two
/// parameters views of one memory, which a later pass would add to twice.
void own_gradients(const std::vector<torch::Tensor>& parameters);

}  // namespace stormsweep
