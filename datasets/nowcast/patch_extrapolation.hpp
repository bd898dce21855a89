#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// The last of a patch's past frames [7, side, side], stored numbers, carried along the motion between its last two
/// (extrapolation.hpp): [6, side, side] in physical units. What comes from outside the patch is dry.
std::vector<float> extrapolate_patch(std::span<const std::uint16_t> past, const NowcastMeta& meta);

/// The same, followed by the frame before the last, carried along the same motion to the same times: [12, side, side].
/// What both show is less likely to be noise.
std::vector<float> carry_patch(std::span<const std::uint16_t> past, const NowcastMeta& meta);

/// `numbers` in physical units.
std::vector<float> physical(std::span<const std::uint16_t> numbers, float scale);

}  // namespace stormsweep
