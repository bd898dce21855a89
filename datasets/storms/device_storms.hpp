#pragma once

#include <torch/types.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "datasets/storms/storm_batches.hpp"

namespace stormsweep {

/// A split in the memory of a GPU, where batches are gathered and transformed: networks as small as ours learn faster
/// than a processor makes or sends batches.
class DeviceStorms {
 public:
  DeviceStorms(const Storms& storms, const torch::Device& device);

  /// As `gather` of storm_batches.hpp, up to rounding; input and target are on the device. Safe to call from several
  /// threads.
  Batch gather(std::span<const StormSample> samples, const StormBatching& batching) const;
  double bytes() const { return static_cast<double>(patches_.nbytes()); }

 private:
  torch::Tensor patches_;  ///< [N, 32, 32, 3], physical units
  std::vector<float> vorticity_max_, vorticity_mean_;
};

/// The storms on `device`, which this process keeps for its next trainings under `key`. Null for a processor, and where
/// the storms would leave too little of the device's memory to the trainings of all its `sharers`.
std::shared_ptr<const DeviceStorms> storms_on(const torch::Device& device, int sharers, const Storms& storms,
                                              const std::string& key);

}  // namespace stormsweep
