#pragma once

#include <cstdint>

#include "models/segmentation_scores.hpp"

namespace stormsweep {

/// Prints a row for each of background, tropical cyclone and atmospheric river, and the mean IoU over the classes that
/// have one.
void print_class_table(const SegmentationScores& scores, std::int64_t samples);

}  // namespace stormsweep
