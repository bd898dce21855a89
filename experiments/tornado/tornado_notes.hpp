#pragma once

#include <string>

#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// What a forecast must know of a trained network beside its weights, as JSON text in the network's file: {"mean": [3],
/// "deviation": [3]}, by which its training data were standardised.
std::string tornado_notes(const StormStatistics& statistics);

/// The reverse. Throws InputError, with `file` in front: something is missing, or is no such number.
StormStatistics parse_tornado_notes(const std::string& text, const std::string& file);

}  // namespace stormsweep
