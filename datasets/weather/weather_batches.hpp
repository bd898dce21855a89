#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "datasets/batch.hpp"
#include "datasets/weather/weather_set.hpp"

namespace stormsweep {

/// Fields of each channel as (x - minimum) / (maximum - minimum), 0 where they are the same (Kurth et al. 2018).
struct ChannelRange {
  std::array<float, weather_channels> minimum{}, maximum{};
};

/// A batch of these samples of the set: `input` [n, 16, height, width] float32, normalised, strides channels last;
/// `target` [n, height, width] uint8. May be called by several threads at once: each reads its own files.
Batch gather(const WeatherSet& set, std::span<const std::int64_t> samples, const ChannelRange& range, int labeling);

}  // namespace stormsweep
