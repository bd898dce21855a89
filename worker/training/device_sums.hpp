#pragma once

#include <torch/types.h>

#include <memory>

#include "worker/channel/all_reduce.hpp"

namespace stormsweep {

/// The sum of one tensor over a gang, under way.
class PendingSum {
 public:
  virtual ~PendingSum() = default;
  /// Waits until the tensor holds the sum. Throws Abandoned.
  virtual void wait() = 0;
};

/// Sums from device to device, without going through the host's memory.
class DeviceSums {
 public:
  virtual ~DeviceSums() = default;
  /// Begins to sum `values` (float32) in place, beside the device's other work. All members start the same sizes in the
  /// same order. With precision bf16 the devices add in bf16, too.
  virtual std::unique_ptr<PendingSum> start(const torch::Tensor& values, TransferPrecision precision) = 0;
};

}  // namespace stormsweep
