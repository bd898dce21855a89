#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/weather/weather_set.hpp"

namespace stormsweep {

/// The samples of a folder (*.h5) as the file system tells of them, in the order of their names; checksums are empty.
/// Throws InputError: no such folder, no samples.
std::vector<WeatherIndex::File> list_samples(const std::filesystem::path& folder);

/// The index kept in a folder, if it is there, whole, and of exactly these files.
std::optional<WeatherIndex> read_index(const std::filesystem::path& folder,
                                       const std::vector<WeatherIndex::File>& files);

/// Reads every file once, on `threads` threads. Throws InputError as WeatherSet does, and for values that are not
/// finite.
WeatherIndex make_index(const std::filesystem::path& folder, std::vector<WeatherIndex::File> files, int threads,
                        const std::function<void(std::int64_t, std::int64_t)>& progress);

/// The index appears whole or not at all, whoever else writes it at the same time. False where the folder does not take
/// it.
bool write_index(const std::filesystem::path& folder, const WeatherIndex& index);

}  // namespace stormsweep
