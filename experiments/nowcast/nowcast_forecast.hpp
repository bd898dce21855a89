#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "models/nowcast_network.hpp"

namespace stormsweep {

/// The forecast of whole images: [6, height, width] in physical units, neither clipped nor masked. `images`
/// [network.channels(), height, width] are the past ones, and those extrapolated from them where the network takes
/// them: of any size, NaN where missing. Around the images, and where pixels are missing, it is dry. Computed in tiles
/// of `tile` x `tile` pixels (a multiple of 16), whose forecasts are those of the whole, up to rounding: the network
/// looks at an image in steps of 16 or 8 pixels. `progress` is given the tiles done, and of how many.
torch::Tensor forecast_images(NowcastNetwork& network, const torch::Tensor& images, const PixelStatistics& statistics,
                              std::int64_t tile, const std::function<void(std::int64_t, std::int64_t)>& progress);

/// [height, width], 0 to 1: of the pixels on which a pixel's forecast depends, the share that was measured: that lies
/// in `images` and is not missing. 1 only where all were.
torch::Tensor measured_share(const torch::Tensor& images, const NowcastTiling& tiling);

/// Bytes that forecasting one tile takes at most, beside images and weights.
std::int64_t forecast_bytes(const NowcastNetwork& network, std::int64_t tile_height, std::int64_t tile_width);

/// The largest tile that stays within `bytes`, up to one that covers the image; 0 where not even the smallest does.
std::int64_t largest_tile(const NowcastNetwork& network, std::int64_t height, std::int64_t width, std::int64_t bytes);

}  // namespace stormsweep
