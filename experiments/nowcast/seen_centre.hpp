#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>

#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// The centre [1, k, 48, 48] of a patch's images [k, side, side], stored numbers, in physical units. All forecasts are
/// scored against this, because the network's input, converted back, may by rounding miss a threshold that the rain
/// just reaches.
torch::Tensor seen_centre(std::span<const std::uint16_t> images, const NowcastPatches& patches);

}  // namespace stormsweep
