#include "experiments/nowcast/nowcast_forecast.hpp"

#include <torch/utils.h>
#include <algorithm>
#include <limits>

#include "models/nowcast_reach.hpp"

namespace stormsweep {

namespace {

using torch::indexing::Slice;

/// What an output of a multiple of 16 takes beside its own size: 2 x 101, and 6 for the step of 16.
constexpr std::int64_t border = 208;

std::int64_t whole_steps(std::int64_t side) {
  return (side + nowcast_period - 1) / nowcast_period * nowcast_period;
}

/// `images` [c, height, width] amid `value`, so that outputs cover them.
torch::Tensor padded(const torch::Tensor& images, double value) {
  const std::int64_t height = images.size(1), width = images.size(2);
  torch::Tensor result =
      torch::full({images.size(0), whole_steps(height) + border, whole_steps(width) + border}, value, images.options());
  result.narrow(1, nowcast_margin, height).narrow(2, nowcast_margin, width).copy_(images);
  return result;
}

/// First and one past the last pixel of `padded` images on which the forecast of each pixel of an axis depends.
std::array<torch::Tensor, 2> reaches(std::int64_t side) {
  const auto reach = nowcast_reach();
  torch::Tensor first = torch::empty({side}, torch::kInt64), end = torch::empty({side}, torch::kInt64);
  for (std::int64_t k = 0; k < side; ++k) {
    const Reach& r = reach[static_cast<std::size_t>(k % nowcast_period)];
    const std::int64_t shift = k / nowcast_period * nowcast_period;
    first[k] = r.first + shift;
    end[k] = r.last + shift + 1;
  }
  return {first, end};
}

}  // namespace

torch::Tensor forecast_images(NowcastCnn& network, const torch::Tensor& images, const PixelStatistics& statistics,
                              std::int64_t tile, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const torch::NoGradGuard no_gradient;
  const std::int64_t height = images.size(1), width = images.size(2);
  const torch::Tensor input = (padded(images.nan_to_num(0), 0) - statistics.mean) / statistics.deviation;
  torch::Tensor result = torch::empty({NowcastCnn::outputs, height, width});
  const std::int64_t tiles = ((height + tile - 1) / tile) * ((width + tile - 1) / tile);
  std::int64_t done = 0;
  for (std::int64_t row = 0; row < height; row += tile) {
    for (std::int64_t column = 0; column < width; column += tile) {
      progress(done++, tiles);
      const std::int64_t rows = std::min(tile, height - row), columns = std::min(tile, width - column);
      const torch::Tensor part = input.narrow(1, row, whole_steps(rows) + border)
                                     .narrow(2, column, whole_steps(columns) + border)
                                     .contiguous();
      const torch::Tensor output = network.forward(part.unsqueeze(0))[3][0];
      result.narrow(1, row, rows).narrow(2, column, columns).copy_(output.narrow(1, 0, rows).narrow(2, 0, columns));
    }
  }
  progress(tiles, tiles);
  return result.mul_(statistics.deviation).add_(statistics.mean);
}

torch::Tensor measured_share(const torch::Tensor& images) {
  const torch::Tensor measured = images.isnan().logical_not().sum(0, /*keepdim=*/true);
  const torch::Tensor all = padded(measured, 0)[0];
  // Sums over all pixels above and to the left: four of them make the sum over a rectangle.
  const torch::Tensor sums = torch::constant_pad_nd(all.cumsum(0).cumsum(1), {1, 0, 1, 0});
  const auto [top, bottom] = reaches(images.size(1));
  const auto [left, right] = reaches(images.size(2));
  const auto at = [&](const torch::Tensor& rows, const torch::Tensor& columns) {
    return sums.index_select(0, rows).index_select(1, columns);
  };
  const torch::Tensor count = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left);
  const torch::Tensor area = (bottom - top).unsqueeze(1) * (right - left).unsqueeze(0) * images.size(0);
  return (count.to(torch::kFloat64) / area).to(torch::kFloat32);
}

std::int64_t forecast_bytes(std::int64_t tile_height, std::int64_t tile_width, std::int64_t base_filters) {
  // Resident memory, measured at 160,000 to 890,000 pixels: it grows by 850 to 1,490 bytes a pixel at 64 filters, and
  // by 270 at 8; here 1,664 and 320.
  const std::int64_t pixel = 4 * (6 * base_filters + 32);
  return pixel * (whole_steps(tile_height) + border) * (whole_steps(tile_width) + border);
}

std::int64_t largest_tile(std::int64_t height, std::int64_t width, std::int64_t base_filters, std::int64_t bytes) {
  const std::int64_t whole = whole_steps(std::max(height, width));
  for (std::int64_t parts = 1, last = 0; last != nowcast_period; ++parts) {
    const std::int64_t tile = whole_steps((whole + parts - 1) / parts);
    if (tile == last) continue;
    last = tile;
    if (forecast_bytes(std::min(tile, height), std::min(tile, width), base_filters) <= bytes) return tile;
  }
  return 0;
}

}  // namespace stormsweep
