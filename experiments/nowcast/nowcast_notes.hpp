#pragma once

#include <string>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "experiments/nowcast/decision_levels.hpp"

namespace stormsweep {

/// What a forecast must know of a trained network beside its weights, as JSON text in the network's file:
/// {"mean": ..., "deviation": ..., "step_minutes": 10, "quantity": "rain_rate" or "vil", "pixel_km": 1,
/// "blurs": [[sigma, factor] of each lead time], "levels": [[mm/h of each of rain_thresholds] of each lead time]}.
std::string nowcast_notes(const NowcastMeta& meta, const RainRates& levels);

struct NowcastNotes {
  NowcastMeta meta;  ///< but for `scale`
  RainRates levels;  ///< the thresholds themselves in files from before there were levels
};

/// The reverse. Throws InputError, with `file` in front: something is missing or makes no sense.
NowcastNotes parse_nowcast_notes(const std::string& text, const std::string& file);

}  // namespace stormsweep
