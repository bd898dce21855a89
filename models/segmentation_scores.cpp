#include "models/segmentation_scores.hpp"

#include <cmath>

namespace stormsweep {

namespace {

constexpr std::int64_t classes = 3;

}  // namespace

void SegmentationScores::add(const torch::Tensor& prediction, const torch::Tensor& truth) {
  const auto pairs = classes * truth.reshape(-1).to(torch::kInt64) + prediction.reshape(-1).to(torch::kInt64);
  confusion += torch::bincount(pairs, {}, classes * classes).view({classes, classes}).to(confusion.options());
}

double SegmentationScores::accuracy() const {
  return (confusion.trace() / confusion.sum()).item<double>();
}

double SegmentationScores::precision(std::int64_t c) const {
  return (confusion[c][c] / confusion.select(1, c).sum()).item<double>();
}

double SegmentationScores::recall(std::int64_t c) const {
  return (confusion[c][c] / confusion[c].sum()).item<double>();
}

double SegmentationScores::iou(std::int64_t c) const {
  return (confusion[c][c] / (confusion[c].sum() + confusion.select(1, c).sum() - confusion[c][c])).item<double>();
}

double SegmentationScores::mean_iou() const {
  double sum = 0, count = 0;
  for (std::int64_t c = 0; c < classes; ++c)
    if (const double score = iou(c); !std::isnan(score)) {
      sum += score;
      ++count;
    }
  return sum / count;
}

}  // namespace stormsweep
