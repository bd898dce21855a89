#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "datasets/radar/radar_forecast.hpp"
#include "models/nowcast_network.hpp"

namespace stormsweep {

/// How a forecast is to be made.
struct NowcastMaking {
  std::int64_t tile = 0;  ///< pixels a side, a multiple of 16 (nowcast_forecast.hpp)
  std::int64_t window =
      0;  ///< of histogram matching to the newest image (datasets/nowcast/histogram_matching.hpp); 0: none
};

/// The two newest images carried along the motion between them to the six times of a forecast; missing where nothing is
/// known of what moves there.
struct CarriedImages {
  std::vector<RadarFrame> newest, before;
};

/// What a forecast has to beat.
struct NowcastBars {
  RadarFrame persistence;                 ///< the newest image
  std::vector<RadarFrame> extrapolation;  ///< CarriedImages::newest
  std::vector<RadarFrame>
      blurred;  ///< the same, blurred and scaled as the model says (NowcastMeta::blurs); missing where it is
};

/// The forecast from `images` (7, alike, one step of `model` apart): physical units, none below 0, missing where the
/// newest image is. Its quality is the share of the pixels behind it that were measured (measured_share). `carried`:
/// from carry_images, for networks that look at it.
RadarForecast make_nowcast(NowcastNetwork& network, const NowcastMeta& model, const std::vector<RadarFrame>& images,
                           const CarriedImages& carried, const NowcastMaking& making,
                           const std::function<void(std::int64_t, std::int64_t)>& progress);

/// Carries the newest of `images` (datasets/nowcast/extrapolation.hpp), in steps of `model`.
CarriedImages carry_images(const std::vector<RadarFrame>& images, const NowcastMeta& model);

NowcastBars bars_of(const RadarFrame& newest, const CarriedImages& carried, const NowcastMeta& model);

/// Where a forecast rests on measured pixels alone: 1; elsewhere 0.
std::vector<std::uint8_t> wholly_measured(const RadarForecast& forecast);

/// What is reported of one lead time.
struct LeadTimeReport {
  double minutes = 0;
  double mean = 0;          ///< of the forecast, over its pixels
  double wet = 0;           ///< share of them at or above `wet_threshold`
  std::int64_t judged = 0;  ///< pixels below: of quality 1, where there is truth
  /// Mean, and mean squared errors; NaN where judged is 0.
  double truth = 0, squared_error = 0, persistence_error = 0, extrapolation_error = 0, blurred_error = 0;
};

double wet_threshold(RadarQuantity quantity);  ///< 0.1 mm/h; 16 of VIL's steps

/// Where the extrapolation is missing, it counts as dry; `truth` may have gaps.
std::vector<LeadTimeReport> judge(const RadarForecast& forecast, const NowcastBars& bars,
                                  const std::vector<std::optional<RadarFrame>>& truth);

/// Pixels, by whether a threshold was reached and was forecast to be.
struct Told {
  std::int64_t hits = 0, misses = 0, false_alarms = 0;
  double csi() const;  ///< hits / (hits + misses + false alarms); NaN where there are none of these
};

/// What is reported for one threshold and lead time.
struct ThresholdReport {
  float threshold = 0;
  double minutes = 0;
  Told forecast, persistence, extrapolation, blurred;
};

/// Judges the same pixels at each of `thresholds`, in the unit of the images: value >= threshold counts as yes. Ordered
/// by threshold, then lead time; lead times without such pixels are left out.
std::vector<ThresholdReport> judge_at(const std::vector<float>& thresholds, const RadarForecast& forecast,
                                      const NowcastBars& bars, const std::vector<std::optional<RadarFrame>>& truth);

}  // namespace stormsweep
