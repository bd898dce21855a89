#include "experiments/nowcast/nowcast_figure.hpp"

#include <algorithm>
#include <cmath>

#include "datasets/figure.hpp"
#include "datasets/utc.hpp"
#include "experiments/nowcast/nowcast_product.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t panel_pixels = 320;  // of the longer side
constexpr Colour line{214, 60, 20};         // vermilion: far from all colours of rain, for colour-blind eyes, too

Canvas panel_of(const RadarFrame& frame, const ColourScale& scale) {
  const RadarGrid& grid = frame.grid;
  const double factor = static_cast<double>(panel_pixels) / static_cast<double>(std::max(grid.height, grid.width));
  const auto side = [&](std::int64_t pixels) {
    return std::max<std::int64_t>(1, std::llround(factor * static_cast<double>(pixels)));
  };
  return resized(coloured(frame.values, grid.height, grid.width, scale), side(grid.height), side(grid.width));
}

}  // namespace

std::string time_name(const RadarForecast& forecast) {
  return utc_text(forecast.issued, "%Y%m%dT%H%MZ");
}

Canvas nowcast_figure(const RadarForecast& forecast, const RadarFrame& newest,
                      const std::vector<std::optional<RadarFrame>>& truth) {
  const bool rain = newest.quantity == RadarQuantity::rain_rate;
  const std::vector<std::uint8_t> sure = wholly_measured(forecast);
  Figure figure{.title = utc_text(forecast.issued, "Forecast of %Y-%m-%d %H:%M UTC"),
                .columns = {},
                .rows = {{"forecast", {}}, {"truth", {}}, {"persistence", {}}},
                .scale = rain ? rain_scale() : vil_scale(),
                .note = std::ranges::count(sure, 1) > 0 ? "within the line: from measured pixels alone" : ""};
  for (std::size_t l = 0; l < forecast.frames.size(); ++l) {
    const RadarFrame& frame = forecast.frames[l];
    figure.columns.push_back("+" + std::to_string((frame.time - forecast.issued) / 60) + " min");
    Canvas& panel = figure.rows[0].panels.emplace_back(panel_of(frame, figure.scale)).value();
    draw_border(panel, sure, frame.grid.height, frame.grid.width, line);
    auto& seen = figure.rows[1].panels.emplace_back();
    if (truth[l]) seen = panel_of(*truth[l], figure.scale);
    figure.rows[2].panels.emplace_back(panel_of(newest, figure.scale));
  }
  if (std::ranges::none_of(truth, [](const auto& frame) { return frame.has_value(); })) {
    figure.rows.erase(figure.rows.begin() + 1);
  }
  return draw(figure);
}

}  // namespace stormsweep
