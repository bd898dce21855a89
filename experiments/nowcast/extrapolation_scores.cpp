#include "experiments/nowcast/extrapolation_scores.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "datasets/nowcast/extrapolation.hpp"
#include "models/nowcast_loss.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

std::vector<float> physical(std::span<const std::uint16_t> numbers, float scale) {
  std::vector<float> values(numbers.size());
  std::ranges::transform(numbers, values.begin(), [scale](std::uint16_t number) { return scale * number; });
  return values;
}

/// The centre of images [6, side, side], as [1, 6, 48, 48].
torch::Tensor centre_of(std::vector<float>& images, std::int64_t side) {
  const torch::Tensor whole = torch::from_blob(images.data(), {1, nowcast_targets, side, side});
  return centre(whole, nowcast_loss_sides.back()).clone();
}

std::pair<torch::Tensor, torch::Tensor> forecast_and_truth(const NowcastPatches& patches, std::int64_t patch) {
  const std::int64_t side = patches.side(), pixels = side * side;
  const float scale = patches.meta().scale;
  const std::vector<float> input = physical(patches.input(patch).last(static_cast<std::size_t>(2 * pixels)), scale);
  const std::span<const float> before = std::span(input).first(static_cast<std::size_t>(pixels)),
                               now = std::span(input).last(static_cast<std::size_t>(pixels));
  const Motion motion = find_motion(before, now, side, side, patches.meta().quantity);
  std::vector<float> forecast = extrapolate(now, motion, nowcast_targets),
                     truth = physical(patches.target(patch), scale);
  for (float& value : forecast) value = std::isnan(value) ? 0 : value;
  return {centre_of(forecast, side), centre_of(truth, side)};
}

}  // namespace

ForecastScores no_nowcast_scores() {
  return {nowcast_targets, {rain_thresholds.begin(), rain_thresholds.end()}};
}

ForecastScores score_extrapolation(const NowcastPatches& patches, std::span<const std::int64_t> own, int threads) {
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs(own.size());
  in_parallel(std::ssize(own), threads, [&](std::int64_t i) {
    const auto k = static_cast<std::size_t>(i);
    pairs[k] = forecast_and_truth(patches, own[k]);
  });
  ForecastScores scores = no_nowcast_scores();
  for (const auto& [forecast, truth] : pairs) scores.add(forecast, truth);
  return scores;
}

}  // namespace stormsweep
