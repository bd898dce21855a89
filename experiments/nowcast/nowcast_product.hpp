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

/// The forecast from `images` (7, alike, one step of `model` apart): physical units, none below 0, missing where the
/// newest image is. Its quality is the share of the pixels behind it that were measured (measured_share). `carried`: of
/// extrapolate_images, for networks that look at it.
RadarForecast make_nowcast(NowcastNetwork& network, const NowcastMeta& model, const std::vector<RadarFrame>& images,
                           const std::vector<RadarFrame>& carried, const NowcastMaking& making,
                           const std::function<void(std::int64_t, std::int64_t)>& progress);

/// The newest of `images` carried along its motion (datasets/nowcast/extrapolation.hpp) to the six times of a forecast
/// at steps of `model`; missing where nothing is known of what would come.
std::vector<RadarFrame> extrapolate_images(const std::vector<RadarFrame>& images, const NowcastMeta& model);

/// Nothing but measured pixels behind it.
std::vector<std::uint8_t> wholly_measured(const RadarForecast& forecast);

/// What is to be told of one lead time.
struct LeadTimeReport {
  double minutes = 0;
  double mean = 0;          ///< of the forecast, over its pixels
  double wet = 0;           ///< share of them at or above `wet_threshold`
  std::int64_t judged = 0;  ///< pixels below: of quality 1, where there is truth
  /// Mean, and mean squared errors; NaN where judged is 0.
  double truth = 0, squared_error = 0, persistence_error = 0, extrapolation_error = 0;
};

double wet_threshold(RadarQuantity quantity);  ///< 0.1 mm/h; 16 of VIL's steps

/// `newest`, the last image that the forecast is made from, is the forecast of persistence; where `extrapolation` is
/// missing, it counts as dry; `truth` may have gaps.
std::vector<LeadTimeReport> judge(const RadarForecast& forecast, const RadarFrame& newest,
                                  const std::vector<RadarFrame>& extrapolation,
                                  const std::vector<std::optional<RadarFrame>>& truth);

}  // namespace stormsweep
