#pragma once

#include <string>

#include "datasets/weather/weather_batches.hpp"

namespace stormsweep {

/// What a prediction must know of a trained network beside its weights, as JSON text in the network's file:
/// {"minimum": [16], "maximum": [16]}, the ranges by which its training data were normalised.
std::string segmentation_notes(const ChannelRange& range);

/// The reverse. Throws InputError, with `file` in front: something is missing or not a finite number.
ChannelRange parse_segmentation_notes(const std::string& text, const std::string& file);

}  // namespace stormsweep
