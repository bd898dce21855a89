#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "datasets/weather/weather_index.hpp"

namespace stormsweep {

/// Reads every file once, on `threads` threads. Throws InputError as WeatherSet does, and for values that are not
/// finite.
WeatherIndex make_index(const std::filesystem::path& folder, std::vector<WeatherIndex::File> files, int threads,
                        const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace stormsweep
