#pragma once

#include <cstdint>

namespace stormsweep {

/// The numbers of a weather sample's channels, and of the classes of its pixels: background, tropical cyclone,
/// atmospheric river (Kurth et al. 2018).
inline constexpr std::int64_t weather_channels = 16, weather_classes = 3;

}  // namespace stormsweep
