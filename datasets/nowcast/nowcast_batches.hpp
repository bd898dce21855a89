#pragma once

#include <cstdint>
#include <span>

#include "datasets/batch.hpp"
#include "datasets/nowcast/extrapolations.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// A patch as it is shown to a network once.
struct NowcastSample {
  std::int64_t patch = 0;  ///< its number in the split
  int symmetry = 0;        ///< 0 ... 7: rotated by (symmetry mod 4) quarter turns counter-clockwise, after a
                           ///< transposition if >= 4; the same for all 13 frames. 0: as it is
};

/// input [n, 7, side, side], target [n, 6, side, side], planes in memory as in the file: (value - mean) / deviation, of
/// the training split's `statistics` whichever split the patches are from. With the extrapolations of the same patches
/// input is [n, 19, side, side], their 12 frames after the past ones. Safe to call from several threads.
Batch gather(const NowcastPatches& patches, std::span<const NowcastSample> samples, const PixelStatistics& statistics,
             const Extrapolations* extrapolations = nullptr);

}  // namespace stormsweep
