#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"
#include "datasets/radar/radar_files.hpp"

namespace stormsweep {

/// How often images come and which of them are frames of a sample.
struct Cadence {
  std::int64_t interval = 0;  ///< seconds from one image to the next, as a rule
  std::int64_t stride = 1;    ///< images from one frame to the next
  std::int64_t step() const { return interval * stride; }
  std::int64_t tolerance() const { return interval / 10; }  ///< by which an image's time may be off
};

/// The multiple of the images' interval that is nearest to `step_minutes`, at least one. The interval is the mean of
/// all gaps (those where images are missing are divided into parts), so that images a few seconds off the clock do not
/// change it. `images` by sequence and time. Throws InputError where no sequence holds two.
Cadence find_cadence(std::span<const RadarImage> images, double step_minutes);

/// The 13 images of a sample, a step apart, all of one sequence: numbers in the list of images.
struct NowcastWindow {
  std::array<std::int64_t, nowcast_frames> images{};
  std::int64_t begin = 0, end = 0;  ///< times of the first and the last, seconds since 1970
  bool operator==(const NowcastWindow&) const = default;
};

/// Among images of one sequence, by time, the place of the one nearest to `time`, at most `tolerance` seconds off.
std::optional<std::size_t> nearest_image(std::span<const RadarImage> images, std::int64_t time, std::int64_t tolerance);

/// All windows that lack no image, by their begin (then by their place in `images`). Times may be off by the cadence's
/// tolerance; a gap is never bridged. `images` by sequence and time.
std::vector<NowcastWindow> find_windows(std::span<const RadarImage> images, const Cadence& cadence);

/// The length of the longest run of images an interval apart.
std::int64_t longest_run(std::span<const RadarImage> images, const Cadence& cadence);

/// The most seconds by which an amount reaches back beyond the image before it: 55 minutes for amounts of one hour
/// every 5 minutes; 0 for rates.
std::int64_t amount_overlap(std::span<const RadarImage> images, const Cadence& cadence);

/// Training first, then validation, then test. Kept are windows that end more than `overlap` seconds before a cut, or
/// lie wholly after it; the others are dropped, so that no image and no moment is in two splits. Cuts are where the
/// shares of the kept windows come nearest to those asked for. Validation is left out (no window gets it) where at
/// least half of the windows before the test would be dropped for it. Where no cut leaves a window for training and one
/// for test, all are dropped. `windows` by their begin.
std::vector<DataSplit> split_by_time(std::span<const NowcastWindow> windows, double validation_fraction,
                                     double test_fraction, std::int64_t overlap = 0);

}  // namespace stormsweep
