#include "experiments/nowcast/extrapolation_scores.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "datasets/nowcast/blurred_extrapolation.hpp"
#include "datasets/nowcast/nowcast_patch_draw.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"
#include "experiments/nowcast/decision_levels.hpp"
#include "experiments/nowcast/seen_centre.hpp"
#include "experiments/task/gang_sums.hpp"
#include "models/nowcast_loss.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

constexpr double off_scale = 0.25;             // share by which squares of whole pixels may miss their scale
constexpr std::int64_t patches_a_thread = 16;  // held before they are scored, 166 KB each

/// The centre of images [6, side, side], as [1, 6, 48, 48].
torch::Tensor centre_of(std::vector<float> images, std::int64_t side) {
  return centre(torch::from_blob(images.data(), {1, nowcast_targets, side, side}), nowcast_centre).clone();
}

struct Scored {
  torch::Tensor plain, blurred, truth;
};

Scored forecast_patch(const NowcastPatches& patches, std::int64_t patch) {
  const NowcastMeta& meta = patches.meta();
  const std::vector<float> frames = extrapolate_patch(patches.input(patch), meta);
  return {.plain = centre_of(frames, patches.side()),
          .blurred = centre_of(blurred_centre(frames, patches.side(), meta.blurs), nowcast_centre),
          .truth = seen_centre(patches.target(patch), patches)};
}

/// Pixels along a square of `km`; 0 where no whole number of them comes near it.
std::int64_t square_of(double km, double pixel_km) {
  const auto side = std::clamp<std::int64_t>(std::llround(km / pixel_km), 1, nowcast_centre);
  return std::abs(static_cast<double>(side) * pixel_km - km) > off_scale * km ? 0 : side;
}

}  // namespace

ForecastScores empty_nowcast_scores(const NowcastMeta& meta) {
  std::vector<std::int64_t> squares;
  for (const double km : rain_scales) squares.push_back(square_of(km, meta.pixel_km));
  return {nowcast_targets, {rain_thresholds.begin(), rain_thresholds.end()}, squares};
}

DecisionScores empty_nowcast_decisions() {
  return {nowcast_targets, {rain_thresholds.begin(), rain_thresholds.end()}};
}

Reliability empty_nowcast_reliability() {
  return Reliability({rain_thresholds.begin(), rain_thresholds.end()});
}

void ExtrapolationScores::sum_over(Gang& gang) {
  for (torch::Tensor* sums :
       {&plain.sums, &blurred.sums, &plain_decisions.sums, &blurred_decisions.sums, &reliability.sums})
    stormsweep::sum_over(gang, *sums);
}

ExtrapolationScores score_extrapolation(const NowcastPatches& patches, std::span<const std::int64_t> own, int threads,
                                        const std::function<void(std::int64_t)>& begin) {
  ExtrapolationScores scores{.plain = empty_nowcast_scores(patches.meta()),
                             .blurred = empty_nowcast_scores(patches.meta()),
                             .plain_decisions = empty_nowcast_decisions(),
                             .blurred_decisions = empty_nowcast_decisions(),
                             .reliability = empty_nowcast_reliability()};
  const std::int64_t at_once = patches_a_thread * threads;
  for (std::int64_t first = 0; first < std::ssize(own); first += at_once) {
    std::vector<Scored> scored(static_cast<std::size_t>(std::min(at_once, std::ssize(own) - first)));
    in_parallel(std::ssize(scored), threads, [&](std::int64_t i) {
      begin(first + i);
      scored[static_cast<std::size_t>(i)] = forecast_patch(patches, own[static_cast<std::size_t>(first + i)]);
    });
    for (const auto& [plain, blurred, truth] : scored) {
      scores.plain.add(plain, truth);
      scores.blurred.add(blurred, truth);
      scores.plain_decisions.add(plain, truth);
      scores.blurred_decisions.add(blurred, truth);
      scores.reliability.add(plain, truth);
    }
  }
  return scores;
}

namespace {

struct KeptScores {
  std::mutex mutex;
  std::map<ScoredPatches, ExtrapolationScores> scores;
};

KeptScores& all_kept() {
  static KeptScores kept;
  return kept;
}

}  // namespace

std::optional<ExtrapolationScores> kept_scores(const ScoredPatches& patches) {
  KeptScores& kept = all_kept();
  const std::lock_guard lock(kept.mutex);
  const auto found = kept.scores.find(patches);
  return found == kept.scores.end() ? std::nullopt : std::optional(found->second);
}

void keep_scores(const ScoredPatches& patches, const ExtrapolationScores& scores) {
  KeptScores& kept = all_kept();
  const std::lock_guard lock(kept.mutex);
  kept.scores.insert_or_assign(patches, scores);
}

}  // namespace stormsweep
