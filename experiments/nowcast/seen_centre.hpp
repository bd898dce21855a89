#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>

#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// Images [k, side, side] of a patch, stored numbers, on its centre: [1, k, 48, 48] in physical units. All forecasts
/// are scored on this: the network's input, converted back, may by rounding miss a threshold that the rain just
/// reaches.
torch::Tensor seen_centre(std::span<const std::uint16_t> images, const NowcastPatches& patches);

}  // namespace stormsweep
