#pragma once

#include <torch/types.h>

#include "datasets/batch.hpp"

namespace stormsweep {

/// `batch` in the memory of `device`, whole when this returns, ready for the device's default stream. To a GPU it goes
/// through pinned memory and a stream of its own, while the GPU computes; a batch of more than 1 GiB stays in pinned
/// memory, from where its parts may go one by one. For a processor, or where it is there already: `batch` itself.
Batch uploaded(Batch batch, const torch::Device& device);

/// Bytes of a GPU's memory, used or not.
double memory_of(const torch::Device& device);

}  // namespace stormsweep
