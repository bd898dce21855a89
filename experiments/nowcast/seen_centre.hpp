#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>

#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// Images [k, side, side] of a patch, stored numbers, on its centre: [1, k, 48, 48] in physical units. What is scored
/// is this, for every forecast; what a network sees, turned back, may miss by a rounding a threshold that the rain is
/// at.
torch::Tensor seen_centre(std::span<const std::uint16_t> images, const NowcastPatches& patches);

}  // namespace stormsweep
