#pragma once

#include <torch/types.h>

namespace stormsweep {

/// A float tensor [n, channels, height, width], strides channels last, its values undefined, in memory that earlier
/// ones have left: the memory of large tensors otherwise comes from the system each time, which takes longer to clear
/// its pages than it takes to fill them. At most as much is kept as was ever in use at once, and of the latest size
/// only. Any thread may call this, and drop the tensor.
torch::Tensor empty_batch(torch::IntArrayRef sizes);

}  // namespace stormsweep
