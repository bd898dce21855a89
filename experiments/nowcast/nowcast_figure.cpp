#include "experiments/nowcast/nowcast_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/drawing/figure.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

/// The rows and columns that have measured pixels; all of them where no pixel was measured.
Box measured_box(const RadarFrame& frame) {
  const RadarGrid& grid = frame.grid;
  Box box{grid.height, grid.width, 0, 0};
  for (std::int64_t i = 0; i < std::ssize(frame.values); ++i) {
    if (std::isnan(frame.values[static_cast<std::size_t>(i)])) continue;
    const std::int64_t row = i / grid.width, column = i % grid.width;
    box = {std::min(box.top, row), std::min(box.left, column), std::max(box.bottom, row + 1),
           std::max(box.right, column + 1)};
  }
  return box.bottom > 0 ? box : Box{0, 0, grid.height, grid.width};
}

/// The part of an image [., width] that lies in the box.
template <class Value>
std::vector<Value> cropped(const std::vector<Value>& image, std::int64_t width, const Box& box) {
  std::vector<Value> result;
  for (std::int64_t row = box.top; row < box.bottom; ++row) {
    const auto first = image.begin() + row * width;
    result.insert(result.end(), first + box.left, first + box.right);
  }
  return result;
}

Picture picture_of(const RadarFrame& frame, const Box& box, const ColourScale& scale) {
  return coloured(cropped(frame.values, frame.grid.width, box), box.height(), box.width(), scale);
}

/// What a reader of the figure has to know besides its legend.
std::string note_of(const RadarGrid& grid, const Box& box, bool encircled) {
  std::string note = "north is up";
  if (grid.pixel_height > 0 && grid.pixel_width > 0) {
    note = fmt::format("panels: {:.0f} km from west to east, {:.0f} km from north (top) to south",
                       static_cast<double>(box.width()) * grid.pixel_width / 1000,
                       static_cast<double>(box.height()) * grid.pixel_height / 1000);
  }
  return encircled ? note + "; within the line: from measured pixels alone" : note;
}

}  // namespace

std::string time_name(const RadarForecast& forecast) {
  return utc_text(forecast.issued, "%Y%m%dT%H%MZ");
}

Drawing nowcast_figure(const RadarForecast& forecast, const NowcastBars& bars,
                       const std::vector<std::optional<RadarFrame>>& truth) {
  const RadarFrame& newest = bars.persistence;
  const bool rain = newest.quantity == RadarQuantity::rain_rate;
  const Box box = measured_box(newest);
  const std::vector<std::uint8_t> sure = cropped(wholly_measured(forecast), newest.grid.width, box);
  Figure figure{.title = utc_text(forecast.issued, "Forecast of %Y-%m-%d %H:%M UTC"),
                .columns = {},
                .rows = {{"forecast", {}}, {"truth", {}}, {"extrapolation", {}}, {"blurred", {}}, {"persistence", {}}},
                .scale = rain ? rain_scale() : vil_scale(),
                .note = note_of(newest.grid, box, std::ranges::count(sure, 1) > 0)};
  for (std::size_t l = 0; l < forecast.frames.size(); ++l) {
    const RadarFrame& frame = forecast.frames[l];
    figure.columns.push_back(fmt::format("+{:g} min", static_cast<double>(frame.time - forecast.issued) / 60));
    figure.rows[0].panels.emplace_back(Figure::Panel{picture_of(frame, box, figure.scale), sure});
    auto& seen = figure.rows[1].panels.emplace_back();
    if (truth[l]) seen = Figure::Panel{picture_of(*truth[l], box, figure.scale), {}};
    figure.rows[2].panels.emplace_back(Figure::Panel{picture_of(bars.extrapolation[l], box, figure.scale), {}});
    figure.rows[3].panels.emplace_back(Figure::Panel{picture_of(bars.blurred[l], box, figure.scale), {}});
    figure.rows[4].panels.emplace_back(Figure::Panel{picture_of(newest, box, figure.scale), {}});
  }
  if (std::ranges::none_of(truth, [](const auto& frame) { return frame.has_value(); })) {
    figure.rows.erase(figure.rows.begin() + 1);
  }
  return draw(figure);
}

}  // namespace stormsweep
