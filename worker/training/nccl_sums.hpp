#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>

#include "experiments/task/gang.hpp"
#include "worker/training/device_sums.hpp"

namespace stormsweep {

/// Sums by NCCL for the gang `host`, which brings its members together. All members call it. Null, on all of them,
/// where this program was built without NCCL, a member has no GPU, or two of them share one, which NCCL does not
/// support.
std::unique_ptr<DeviceSums> make_nccl_sums(Gang& host, const torch::Device& device, std::function<bool()> abandoned);

}  // namespace stormsweep
