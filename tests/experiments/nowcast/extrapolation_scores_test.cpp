#include "experiments/nowcast/extrapolation_scores.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>

using namespace stormsweep;

namespace {

/// A forecast of one wet pixel, a column beside the true one.
ForecastScores a_column_off(double pixel_km) {
  NowcastMeta meta;
  meta.pixel_km = pixel_km;
  ForecastScores scores = empty_nowcast_scores(meta);
  const auto rain_at = [](std::int64_t column) {
    torch::Tensor images = torch::zeros({1, nowcast_targets, 48, 48});
    images.select(3, column).select(2, 24).fill_(1);
    return images;
  };
  scores.add(rain_at(25), rain_at(24));
  return scores;
}

}  // namespace

TEST_CASE("rain may be misplaced within squares of 4 and 16 km, where whole pixels make up such squares") {
  constexpr std::int64_t within_4 = 0, within_16 = 1;
  // Of the side * side squares around a pixel, all but `side` also have the one beside it: the score is 1 - 1 / side.
  CHECK(a_column_off(1).fss(0, 0, within_4) == doctest::Approx(1 - 1.0 / 4));
  CHECK(a_column_off(1).fss(0, 0, within_16) == doctest::Approx(1 - 1.0 / 16));
  CHECK(a_column_off(2).fss(0, 0, within_4) == doctest::Approx(1 - 1.0 / 2));
  CHECK(a_column_off(2).fss(0, 0, within_16) == doctest::Approx(1 - 1.0 / 8));
  CHECK(std::isnan(a_column_off(10).fss(0, 0, within_4)));
  CHECK(a_column_off(10).fss(0, 0, within_16) == doctest::Approx(1 - 1.0 / 2));  // of 20 km
}
