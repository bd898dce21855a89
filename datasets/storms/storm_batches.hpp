#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "datasets/batch.hpp"
#include "datasets/storms/storm_augmentation.hpp"
#include "datasets/storms/storm_labels.hpp"
#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// One showing of a storm to a network.
struct StormSample {
  std::int64_t storm = 0;            ///< its number in the split
  std::uint64_t transform_seed = 0;  ///< StormTransform::draw's; unused where nothing is transformed
};

/// How storms become a batch.
struct StormBatching {
  StormStatistics statistics;  ///< of the training split, whichever split the storms are from
  LabelRule label = LabelRule::max;
  std::optional<WindRotation> transform;  ///< nothing: storms as they are
};

/// (value - mean) / deviation of each channel: of a patch [32, 32, 3] to another.
void standardise(std::span<const float> patch, const StormStatistics& statistics, std::span<float> to);

/// input [n, 3, 32, 32], channels last in memory, standardised. target [n, 1]: 1 where
/// positive, else 0. One pass over the mapped storms; safe to call from several threads.
Batch gather(const Storms& storms, std::span<const StormSample> samples, const StormBatching& batching);

}  // namespace stormsweep
