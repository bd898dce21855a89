#pragma once

#include <span>

#include "datasets/batch.hpp"
#include "datasets/climate/climate_set.hpp"

namespace stormsweep {

/// Whether a network is shown the season as one more channel, after the forcings (Jacob et al. 2025): sign(latitude)
/// cos(latitude) cos(2 pi (month - 1) / 12), of each month of the window, not standardised.
enum class SeasonalEncoding { none, added };

/// Channels of an input: the set's forcings, and the season.
std::int64_t input_channels(const ClimateLayout& layout, SeasonalEncoding season);

/// input [n, length, channels, height, width] float32, z-scored with the set's statistics; oldest month first. In
/// memory each month is channels last, so that input.flatten(0, 1) is a channels-last view for convolutions. target
/// [n, targets, height, width] float32, z-scored, contiguous; undefined where a window has none. The windows' frames
/// are those of `set`. Safe to call from several threads.
Batch gather(const ClimateSet& set, std::span<const ClimateWindow> windows, std::int64_t length,
             SeasonalEncoding season);

/// The months that windows see, each once, however many windows see it.
struct SharedMonths {
  torch::Tensor months;  ///< [m, channels, height, width], as `gather` has them
  torch::Tensor places;  ///< [n, length] int64: where a window's months are among them, oldest first
};
SharedMonths gather_months(const ClimateSet& set, std::span<const ClimateWindow> windows, std::int64_t length,
                           SeasonalEncoding season);

}  // namespace stormsweep
