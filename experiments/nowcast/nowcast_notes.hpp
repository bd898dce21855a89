#pragma once

#include <string>

#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// What a forecast must know of a trained network beside its weights, as JSON text in the network's file:
/// {"mean": ..., "deviation": ..., "step_minutes": 10, "quantity": "rain_rate" or "vil", "pixel_km": 1,
/// "blurs": [[sigma, factor] of each lead time]}.
std::string nowcast_notes(const NowcastMeta& meta);

/// The reverse; `scale` is left alone. Throws InputError, with `file` in front: something is missing or makes no sense.
NowcastMeta parse_nowcast_notes(const std::string& text, const std::string& file);

}  // namespace stormsweep
