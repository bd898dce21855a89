#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "datasets/radar/impossible_rain.hpp"
#include "datasets/radar/radar_archive.hpp"

namespace stormsweep {

/// The images that a forecast is made from and, where they exist, those that it can be judged by.
struct ForecastFrames {
  std::vector<RadarImage> inputs;                ///< nowcast_inputs, one step apart, the last one is the newest
  std::vector<std::optional<RadarImage>> truth;  ///< nowcast_targets, of the steps after the newest input
  std::int64_t block = 1;                        ///< block x block pixels are to be averaged to one, as in training
};

/// Chooses among `images`, which are from list_archive (by sequence and time, alike, at least one): the newest input is
/// the last image of all, or the last one not after `time`. Images between the steps are left out. Times may be off as
/// in training (Cadence::tolerance in nowcast_windows.hpp), that of the newest after `time`, too. Throws InputError,
/// naming file, time and remedy: another quantity than the network of `model` was trained on, or another pixel size
/// (more than 10 % off, after averaging over blocks); images at an interval that does not fit its step; one missing;
/// `time` before all images, or a whole step or more after the last one.
ForecastFrames choose_frames(std::span<const RadarImage> images, const NowcastMeta& model,
                             std::optional<std::int64_t> time);

/// Reads an image, counts its impossible rain, clamps it (clamp_rain) and averages it over blocks, as training does;
/// where that leaves pixels over at its edges, its corners follow from its projection, or become unknown without one.
RadarFrame read_averaged(const RadarImage& image, std::int64_t block, ImpossibleRain& impossible);

}  // namespace stormsweep
