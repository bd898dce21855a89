#include "experiments/segmentation/class_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "experiments/segmentation/segmentation_evaluation.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

void print_class_table(const SegmentationScores& scores, std::int64_t samples) {
  const auto words = [](double value) { return std::isnan(value) ? std::string("-") : fmt::format("{:.4f}", value); };
  Table table{.header = {"class", "IoU", "precision", "recall"}, .numeric = {false, true, true, true}};
  for (std::int64_t c = 0; c < weather_classes; ++c)
    table.rows.push_back({class_names[static_cast<std::size_t>(c)], words(scores.iou(c)), words(scores.precision(c)),
                          words(scores.recall(c))});
  table.footnotes.push_back(fmt::format("mean IoU {:.4f}, against the labels of {} {}", scores.mean_iou(), samples,
                                        samples == 1 ? "sample" : "samples"));
  fmt::print("{}", to_text(table));
}

}  // namespace stormsweep
