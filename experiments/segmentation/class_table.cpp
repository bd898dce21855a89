#include "experiments/segmentation/class_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace stormsweep {

void print_class_table(const std::array<ClassScore, 3>& scores, std::int64_t samples) {
  static constexpr const char* names[] = {"background", "tropical cyclone", "atmospheric river"};
  const auto words = [](double value) { return std::isnan(value) ? std::string("-") : fmt::format("{:.4f}", value); };
  fmt::print("{:<18} {:>8} {:>10} {:>8}\n", "class", "IoU", "precision", "recall");
  double sum = 0;
  int classes = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    const ClassScore& score = scores[c];
    fmt::print("{:<18} {:>8} {:>10} {:>8}\n", names[c], words(score.iou), words(score.precision), words(score.recall));
    if (!std::isnan(score.iou)) sum += score.iou, ++classes;
  }
  fmt::print("mean IoU {:.4f}, against the labels of {} {}\n", sum / classes, samples,
             samples == 1 ? "sample" : "samples");
}

}  // namespace stormsweep
