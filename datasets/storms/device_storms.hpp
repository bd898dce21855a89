#pragma once

#include <torch/types.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "datasets/storms/storm_batches.hpp"

namespace stormsweep {

/// A split in the memory of a GPU, where batches are gathered and transformed: a network as small as ours learns faster
/// than a processor makes batches, or sends them.
class DeviceStorms {
 public:
  DeviceStorms(const Storms& storms, const torch::Device& device);

  /// As `gather` of storm_batches.hpp, up to rounding, on the device; the target as well. Safe to call from several
  /// threads.
  Batch gather(std::span<const StormSample> samples, const StormBatching& batching) const;
  double bytes() const { return static_cast<double>(patches_.nbytes()); }

 private:
  torch::Tensor patches_;  ///< [N, 32, 32, 3], physical units
  std::vector<float> vorticity_max_, vorticity_mean_;
};

/// The storms on `device`, which this process keeps for its next trainings: the same `key` gives the same. Null for a
/// processor, and where the storms take more than a share of the device's memory that leaves room for the trainings of
/// all `sharers` of the device.
std::shared_ptr<const DeviceStorms> storms_on(const torch::Device& device, int sharers, const Storms& storms,
                                              const std::string& key);

}  // namespace stormsweep
