#pragma once

#include <cstdint>

namespace stormsweep {

/// Fields of a weather sample, and what a pixel may be: background, tropical cyclone, atmospheric river (Kurth et al.
/// 2018).
inline constexpr std::int64_t weather_channels = 16, weather_classes = 3;

}  // namespace stormsweep
