#include "experiments/nowcast/nowcast_forecast.hpp"

#include <torch/utils.h>
#include <algorithm>
#include <limits>

namespace stormsweep {

namespace {

using torch::indexing::Slice;

constexpr std::int64_t step = 16;  // of tiles: whole periods of every network

std::int64_t whole_steps(std::int64_t side) {
  return (side + step - 1) / step * step;
}

/// `images` [c, height, width] amid zeros, so that outputs cover them.
torch::Tensor padded(const torch::Tensor& images, const NowcastTiling& tiling) {
  const std::int64_t height = images.size(1), width = images.size(2);
  torch::Tensor result = torch::zeros(
      {images.size(0), whole_steps(height) + tiling.border, whole_steps(width) + tiling.border}, images.options());
  result.narrow(1, tiling.margin, height).narrow(2, tiling.margin, width).copy_(images);
  return result;
}

/// First and one past the last pixel of `padded` images on which the forecast of each pixel of an axis depends.
std::array<torch::Tensor, 2> reaches(std::int64_t side, const NowcastTiling& tiling) {
  torch::Tensor first = torch::empty({side}, torch::kInt64), end = torch::empty({side}, torch::kInt64);
  for (std::int64_t k = 0; k < side; ++k) {
    const Reach& r = tiling.reach[static_cast<std::size_t>(k % tiling.period())];
    const std::int64_t shift = k / tiling.period() * tiling.period();
    first[k] = r.first + shift;
    end[k] = r.last + shift + 1;
  }
  return {first, end};
}

}  // namespace

torch::Tensor forecast_images(NowcastNetwork& network, const torch::Tensor& images, const PixelStatistics& statistics,
                              std::int64_t tile, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const torch::NoGradGuard no_gradient;
  const std::int64_t height = images.size(1), width = images.size(2);
  const NowcastTiling tiling = network.tiling();
  const torch::Tensor input = (padded(images.nan_to_num(0), tiling) - statistics.mean) / statistics.deviation;
  torch::Tensor result = torch::empty({NowcastNetwork::outputs, height, width});
  const std::int64_t tiles = ((height + tile - 1) / tile) * ((width + tile - 1) / tile);
  std::int64_t done = 0;
  for (std::int64_t row = 0; row < height; row += tile) {
    for (std::int64_t column = 0; column < width; column += tile) {
      progress(done++, tiles);
      const std::int64_t rows = std::min(tile, height - row), columns = std::min(tile, width - column);
      const torch::Tensor part = input.narrow(1, row, whole_steps(rows) + tiling.border)
                                     .narrow(2, column, whole_steps(columns) + tiling.border)
                                     .contiguous();
      const torch::Tensor output = network.forward(part.unsqueeze(0)).back()[0];
      result.narrow(1, row, rows).narrow(2, column, columns).copy_(output.narrow(1, 0, rows).narrow(2, 0, columns));
    }
  }
  progress(tiles, tiles);
  return result.mul_(statistics.deviation).add_(statistics.mean);
}

torch::Tensor measured_share(const torch::Tensor& images, const NowcastTiling& tiling) {
  const torch::Tensor measured = images.isnan().logical_not().sum(0, /*keepdim=*/true);
  const torch::Tensor all = padded(measured, tiling)[0];
  // Sums over all pixels above and to the left: four of them make the sum over a rectangle.
  const torch::Tensor sums = torch::constant_pad_nd(all.cumsum(0).cumsum(1), {1, 0, 1, 0});
  const auto [top, bottom] = reaches(images.size(1), tiling);
  const auto [left, right] = reaches(images.size(2), tiling);
  const auto at = [&](const torch::Tensor& rows, const torch::Tensor& columns) {
    return sums.index_select(0, rows).index_select(1, columns);
  };
  const torch::Tensor count = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left);
  const torch::Tensor area = (bottom - top).unsqueeze(1) * (right - left).unsqueeze(0) * images.size(0);
  return (count.to(torch::kFloat64) / area).to(torch::kFloat32);
}

std::int64_t forecast_bytes(const NowcastNetwork& network, std::int64_t tile_height, std::int64_t tile_width) {
  const std::int64_t border = network.tiling().border;
  return network.forward_bytes((whole_steps(tile_height) + border) * (whole_steps(tile_width) + border));
}

std::int64_t largest_tile(const NowcastNetwork& network, std::int64_t height, std::int64_t width, std::int64_t bytes) {
  const std::int64_t whole = whole_steps(std::max(height, width));
  for (std::int64_t parts = 1, last = 0; last != step; ++parts) {
    const std::int64_t tile = whole_steps((whole + parts - 1) / parts);
    if (tile == last) continue;
    last = tile;
    if (forecast_bytes(network, std::min(tile, height), std::min(tile, width)) <= bytes) return tile;
  }
  return 0;
}

}  // namespace stormsweep
