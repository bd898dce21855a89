#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "experiments/emulator/pattern_scaling.hpp"

namespace stormsweep {

/// What a forecast must know of a trained network beside its weights.
struct EmulatorNotes {
  std::vector<ClimateField> forcings, targets;  ///< of training, in the order of the network's channels
  std::int64_t height = 0, width = 0;
  ClimateGrid grid;                         ///< empty in older models, which give only its size
  std::vector<PatternScaling::Line> lines;  ///< of the targets
};

/// As JSON text in the network's file: {"forcings": [{"name", "unit", "mean", "deviation"}, ...], "targets": [the same,
/// with "climatology", "offset" and "slope" [12] of its line], "height", "width", "latitudes", "longitudes"}.
std::string emulator_notes(const ClimateLayout& layout, const std::vector<std::string>& targets,
                           const PatternScaling& baselines);

/// The reverse. Throws InputError, with `file` in front: something is missing or makes no sense.
EmulatorNotes parse_emulator_notes(const std::string& text, const std::string& file);

}  // namespace stormsweep
