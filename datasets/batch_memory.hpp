#pragma once

#include <torch/types.h>

namespace stormsweep {

/// A float tensor [n, channels, height, width], strides channels last, its values undefined, in memory of earlier ones:
/// otherwise large tensors get their memory from the system each time, which takes longer to clear the pages than we
/// take to fill them. At most as much is kept as was ever in use at once, and only of the latest size. Any thread may
/// call this, and drop the tensor.
torch::Tensor empty_batch(torch::IntArrayRef sizes);

}  // namespace stormsweep
