#include "experiments/nowcast/nowcast_figure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "datasets/drawing/figure.hpp"

using namespace stormsweep;

namespace {

RadarFrame frame(float value, std::int64_t time) {
  RadarFrame result{.time = time, .quantity = RadarQuantity::rain_rate, .grid = {}, .values = {}};
  result.grid.height = 50, result.grid.width = 40;
  result.values.assign(2000, value);
  return result;
}

std::int64_t count(const Picture& picture, float value) {
  return std::ranges::count(picture.pixels, colour_of(rain_scale(), value));
}

}  // namespace

TEST_CASE(
    "nowcast figure: forecast, truth where there is some, extrapolation, blurred or not, and persistence, in the "
    "colours of their "
    "values") {
  const RadarForecast forecast{.issued = 1282791600,
                               .frames = {frame(0.7f, 1282792200), frame(3, 1282792800)},
                               .quality = std::vector<float>(2000, 0.5f),
                               .quality_meaning = ""};
  CHECK(time_name(forecast) == "20100826T0300Z");
  const RadarFrame newest = frame(30, 1282791600), seen = frame(12, 1282792800);
  const NowcastBars bars{.persistence = newest,
                         .extrapolation = {frame(6, 1282792200), frame(6, 1282792800)},
                         .blurred = {frame(1.5f, 1282792200), frame(1.5f, 1282792800)}};
  const std::int64_t panel = 318 * 254;  // 320 x 256 without its frame
  const Picture with = nowcast_figure(forecast, bars, {std::nullopt, seen}).pixels();
  const auto near = [](std::int64_t pixels, std::int64_t panels) {
    return pixels >= panels * panel && pixels < panels * panel + 2000;  // and a box of the legend
  };
  CHECK(near(count(with, 0.7f), 1));
  CHECK(near(count(with, 3), 1));
  CHECK(near(count(with, 12), 1));
  CHECK(near(count(with, 6), 2));
  CHECK(near(count(with, 1.5f), 2));
  CHECK(near(count(with, 30), 2));
  const Picture without = nowcast_figure(forecast, bars, {std::nullopt, std::nullopt}).pixels();
  CHECK(without.width == with.width);
  CHECK(without.height < with.height - 300);  // no row of truth
}

TEST_CASE("nowcast figure: edges where nothing is measured are left out, and the measured are encircled") {
  RadarFrame newest = frame(30, 0);
  for (std::size_t i = 0; i < 2000; ++i) {
    if (i / 40 < 10 || i % 40 >= 20) newest.values[i] = std::numeric_limits<float>::quiet_NaN();
  }
  RadarForecast forecast{
      .issued = 0, .frames = {newest}, .quality = std::vector<float>(2000, 0), .quality_meaning = ""};
  for (std::size_t i = 20 * 40; i < 30 * 40; ++i) forecast.quality[i] = i % 40 < 10 ? 1 : 0;
  const Picture picture = nowcast_figure(forecast, {newest, {newest}, {newest}}, {std::nullopt}).pixels();
  // 40 x 20 pixels are drawn as 320 x 160, of which 80 x 80 have the quality 1: 4 x 79 are its border.
  CHECK(std::ranges::count(picture.pixels, Figure::line) == 4 * 79);
  CHECK(count(picture, 30) > 4 * 318 * 158 - 500);
  CHECK(std::ranges::count(picture.pixels, rain_scale().missing) < 2000);  // the legend's box alone
}
