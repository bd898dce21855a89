#include "experiments/segmentation/class_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "experiments/segmentation/segmentation_evaluation.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

void print_class_table(const std::array<ClassScore, 3>& scores, std::int64_t samples) {
  const auto words = [](double value) { return std::isnan(value) ? std::string("-") : fmt::format("{:.4f}", value); };
  Table table{.header = {"class", "IoU", "precision", "recall"}, .numeric = {false, true, true, true}};
  double sum = 0;
  int classes = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    const ClassScore& score = scores[c];
    table.rows.push_back({class_names[c], words(score.iou), words(score.precision), words(score.recall)});
    if (!std::isnan(score.iou)) sum += score.iou, ++classes;
  }
  table.footnotes.push_back(fmt::format("mean IoU {:.4f}, against the labels of {} {}", sum / classes, samples,
                                        samples == 1 ? "sample" : "samples"));
  fmt::print("{}", to_text(table));
}

}  // namespace stormsweep
