#pragma once

#include <torch/types.h>

namespace stormsweep {

/// A float tensor [n, channels, height, width], strides channels last, its values undefined, in memory that earlier
/// ones have left: large tensors come from the system each time, which clears their pages, in more time than it takes
/// to fill them. At most as much is kept as was ever in use at once, and of the latest size only. Any thread may call
/// this, and drop the tensor.
torch::Tensor empty_batch(torch::IntArrayRef sizes);

}  // namespace stormsweep
