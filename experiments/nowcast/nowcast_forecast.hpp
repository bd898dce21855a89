#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "models/nowcast_cnn.hpp"

namespace stormsweep {

/// Pixel k of the full-resolution output stands for pixel k + 101 of the input.
inline constexpr std::int64_t nowcast_margin = NowcastCnn::output_offsets.back();

/// The forecast of whole images: [6, height, width] in physical units, neither clipped nor masked, of the past ones
/// `images` [7, height, width], NaN where missing, of any size. Around the images, and where pixels are missing, it is
/// dry. Computed in tiles of `tile` x `tile` pixels (a multiple of 16), whose forecasts are those of the whole, up to
/// rounding: the network looks at an image in steps of 16 pixels. `progress` is told the tiles done, and of how many.
torch::Tensor forecast_images(NowcastCnn& network, const torch::Tensor& images, const PixelStatistics& statistics,
                              std::int64_t tile, const std::function<void(std::int64_t, std::int64_t)>& progress);

/// [height, width], 0 to 1: what share of all the pixels on which a pixel's forecast depends, in the 7 images, was
/// measured: lies in the images and is not missing. 1 only where all were.
torch::Tensor measured_share(const torch::Tensor& images);

/// Bytes that forecasting one tile takes at most, beside images and weights.
std::int64_t forecast_bytes(std::int64_t tile_height, std::int64_t tile_width, std::int64_t base_filters);

/// The largest tile that stays within `bytes`, up to one that covers the image; 0 where not even the smallest does.
std::int64_t largest_tile(std::int64_t height, std::int64_t width, std::int64_t base_filters, std::int64_t bytes);

}  // namespace stormsweep
