#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "datasets/weather/weather_index.hpp"

namespace stormsweep {

/// The index of all `files`: reads, on `threads` threads, those that are new or changed (sample_scans.hpp); results are
/// kept in the folder or in `cache`. Throws InputError as WeatherSet does, and for values that are not finite.
WeatherIndex make_index(const std::filesystem::path& folder, const std::filesystem::path& cache,
                        const std::vector<WeatherIndex::File>& files, int threads,
                        const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace stormsweep
