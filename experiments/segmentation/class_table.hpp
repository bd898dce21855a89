#pragma once

#include <array>
#include <cstdint>

namespace stormsweep {

/// How well one class was told; NaN where that is 0 / 0.
struct ClassScore {
  double iou = 0, precision = 0, recall = 0;
};

/// Prints a row for each of background, tropical cyclone and atmospheric river, and the mean IoU over the classes that
/// have one.
void print_class_table(const std::array<ClassScore, 3>& scores, std::int64_t samples);

}  // namespace stormsweep
