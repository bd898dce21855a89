#include "models/segmentation_scores.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("scores by hand, added in two parts of different integer types") {
  SegmentationScores scores;
  scores.add(torch::tensor({0, 0, 1, 2}, torch::kUInt8), torch::tensor({0, 1, 1, 0}, torch::kUInt8));
  scores.add(torch::tensor({{2, 0}, {0, 1}}, torch::kInt64), torch::tensor({{2, 2}, {0, 0}}, torch::kInt32));
  // Truth 0: predicted 0, 0, 1, 2; truth 1: 0, 1; truth 2: 0, 2.
  CHECK(torch::equal(scores.confusion,
                     torch::tensor({{2.0, 1.0, 1.0}, {1.0, 1.0, 0.0}, {1.0, 0.0, 1.0}}, torch::kFloat64)));
  CHECK(scores.accuracy() == Approx(4.0 / 8));
  CHECK(scores.iou(0) == Approx(2.0 / 6));
  CHECK(scores.iou(1) == Approx(1.0 / 3));
  CHECK(scores.iou(2) == Approx(1.0 / 3));
  CHECK(scores.mean_iou() == Approx(1.0 / 3));
  CHECK(scores.precision(0) == Approx(2.0 / 4));
  CHECK(scores.recall(0) == Approx(2.0 / 4));
  CHECK(scores.precision(1) == Approx(1.0 / 2));
  CHECK(scores.recall(2) == Approx(1.0 / 2));
}

TEST_CASE("a class that is nowhere is left out of the mean, one only predicted is not") {
  SegmentationScores scores;
  scores.add(torch::tensor({0, 0, 1, 1}), torch::tensor({0, 0, 0, 1}));
  CHECK(std::isnan(scores.iou(2)));
  CHECK(std::isnan(scores.recall(2)));
  CHECK(scores.mean_iou() == Approx((2.0 / 3 + 1.0 / 2) / 2));
  scores.add(torch::tensor({2}), torch::tensor({0}));
  CHECK(scores.iou(2) == 0);
  CHECK(std::isnan(scores.recall(2)));
  CHECK(scores.mean_iou() == Approx((2.0 / 4 + 1.0 / 2 + 0) / 3));
}

TEST_CASE("nothing added gives no score") {
  CHECK(std::isnan(SegmentationScores().mean_iou()));
  CHECK(std::isnan(SegmentationScores().accuracy()));
}
